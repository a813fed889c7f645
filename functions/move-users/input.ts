import * as z from 'zod';
import { InvalidInputError } from '../domain/errors.ts';

const command = z.strictObject({
  do: z.enum(['plan', 'start', 'status', 'pause', 'resume', 'abort', 'finish', 'check', 'repair']),
});

export type Command = z.output<typeof command>;

/**
 * What an operator asks for; undefined for the schedule's event, which asks to go on moving.
 *
 * @throws InvalidInputError
 */
export function readCommand(event: unknown): Command | undefined {
  if (typeof event !== 'object' || event === null || !('do' in event)) return undefined;
  const result = command.safeParse(event);
  if (result.success) return result.data;
  throw new InvalidInputError(`Not a command for the mover: ${z.prettifyError(result.error)}`);
}
