import type { CommandEvent } from '../../functions/dlt/input.ts';
import { invokeForOperator } from '../operator-function.ts';
import type { Target } from '../target.ts';

const DLT = { folder: 'dlt', refusals: ['UnknownDeadLetterError', 'MissingValueError'] } as const;

/** Has the function `dlt` carry out a command, as `invokeForOperator` does. @returns its response */
export function invokeDlt(event: CommandEvent, target: Target, limitMs?: number): Promise<unknown> {
  return invokeForOperator(DLT, event, target, limitMs);
}
