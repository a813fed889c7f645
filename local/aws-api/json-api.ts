import { z } from 'zod';
import type { ApiCall, AwsApi } from './api-call.ts';
import { AwsError } from './aws-error.ts';
import { awsJson } from './protocols.ts';

export interface JsonApiOptions {
  /** The service as errors call it, such as `Secrets Manager`. */
  readonly name: string;
  readonly signingName: string;
  /** The JSON version that the service's API reference states. */
  readonly version: '1.0' | '1.1';
  /** What stands before the operation in `x-amz-target`. */
  readonly targetPrefix: string;
  /** By name: takes the parsed body and returns what becomes the response's body. */
  readonly operations: Readonly<Record<string, (input: unknown, call: ApiCall) => unknown>>;
}

/** An API whose calls name their operation in a header: `x-amz-target: <prefix>.<operation>`. */
export function jsonApi({ name, signingName, version, targetPrefix, operations }: JsonApiOptions): AwsApi {
  const byTarget = new Map(Object.entries(operations).map(([key, operate]) => [`${targetPrefix}.${key}`, operate]));
  return {
    signingName,
    protocol: awsJson(version),
    handle: async (call) => {
      const target = call.headers['x-amz-target'];
      if (target === undefined) {
        throw new AwsError('UnknownOperation', 'The header x-amz-target, which names the operation, is missing.');
      }
      const operate = byTarget.get(String(target));
      if (!operate) {
        const known = Object.keys(operations).join(', ');
        throw new AwsError('UnknownOperation', `The local ${name} does not support "${target}". It supports ${known}.`);
      }
      return { body: JSON.stringify(await operate(parseJson(call.body), call)) };
    },
  };
}

/** Checks the input of an operation. @throws AwsError with the given code, and what is wrong as its message */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown, code: string): Output {
  const result = schema.safeParse(input);
  if (!result.success) throw new AwsError(code, z.prettifyError(result.error));
  return result.data;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AwsError('SerializationException', 'The request body is not JSON.', 400, { cause });
  }
}
