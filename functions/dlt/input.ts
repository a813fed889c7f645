import * as z from 'zod';
import { InvalidInputError } from '../domain/errors.ts';

const id = z.string().min(1);
const bytes = z
  .union([z.string(), z.strictObject({ base64: z.base64() })])
  .transform((value) => (typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64')));

const command = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('list') }),
  z.strictObject({ action: z.literal('replay'), id, value: bytes.optional() }),
  z.strictObject({ action: z.literal('drop'), id }),
]);

export type Command = z.output<typeof command>;
/** A value is text, or `{"base64":"..."}` for any bytes. */
export type CommandEvent = z.input<typeof command>;

/** @throws InvalidInputError */
export function readCommand(event: unknown): Command {
  const result = command.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInputError(`Not a command for the dead-letter topic: ${z.prettifyError(result.error)}`);
}
