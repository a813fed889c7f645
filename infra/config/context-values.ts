import { z } from 'zod';

/** Context on the command line is always text; cdk.json may hold the value itself. Returns what the text says in JSON, or the text. */
export function parseJsonText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // the schema refuses it with its own sentence
  }
}

/** Not yet checked as a map. */
export const shardMap = z.preprocess(
  parseJsonText,
  z.array(z.strictObject({ id: z.int(), from: z.string(), to: z.string() }), {
    error: 'must be a JSON list such as [{"id":1,"from":"A","to":"M"},{"id":2,"from":"N","to":"Z"}]',
  }),
);

/** A whole number of something, at least 1. */
export const wholeNumber = (what: string) => {
  const error = { error: `must be ${what}, at least 1` };
  return z.preprocess(parseJsonText, z.int(error).min(1, error));
};

/** Text of a form. @param error what it must be */
export const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });

const withPorts = (addresses: z.ZodString) =>
  addresses.refine((value) => [...value.matchAll(/:(\d+)/g)].every(([, port]) => isPort(Number(port))), {
    error: 'must have ports from 1 to 65535',
  });
/** `host:port`, or several separated by commas. */
export const addressList = (example: string) =>
  withPorts(
    text(
      /^[a-zA-Z0-9.-]+:\d+(,[a-zA-Z0-9.-]+:\d+)*$/,
      `must be host:port, or several separated by commas, such as ${example}`,
    ),
  );

/** The URL of a server, without a path. */
export const serverUrl = (example: string) =>
  withPorts(text(/^https?:\/\/[a-zA-Z0-9.-]+(:\d+)?$/, `must be a URL without a path, such as ${example}`));

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}
