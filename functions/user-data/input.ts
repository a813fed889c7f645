import * as z from 'zod';
import { userId } from '../contract/http/order-fields.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { decodeCursor } from '../domain/order-page.ts';

const next = z.string().min(1).optional();

const command = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('orders'), userId, after: z.string().transform(decodeCursor).optional() }),
  z.strictObject({ do: z.literal('receipts'), userId, after: next }),
  z.strictObject({ do: z.literal('erase-orders'), userId, placedUntil: z.coerce.date().optional() }),
  z.strictObject({ do: z.literal('erase-receipts'), userId, after: next }),
]);

export type Command = z.output<typeof command>;
/** As it is sent: times are RFC 3339. */
export type CommandEvent = z.input<typeof command>;

/** What an operator asks for. @throws InvalidInputError */
export function readCommand(event: unknown): Command {
  const result = command.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInputError(`Not a command about a user's data: ${z.prettifyError(result.error)}`);
}
