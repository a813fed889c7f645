import { z } from 'zod';
import type { ApiCall } from './api-call.ts';
import { AwsError } from './aws-error.ts';

/** How an API speaks of its operations. */
export interface ApiNames {
  /** The service as errors call it, such as `Secrets Manager`. */
  readonly name: string;
  /** The code of the error for parameters that do not fit. */
  readonly invalidInput: string;
}

/** What an API can be asked to do. */
export interface Operation<Result> {
  /** The names of all that it takes. */
  readonly parameters: readonly string[];
  /** @throws AwsError for parameters that do not fit, and those of AWS that are not supported here */
  run(input: unknown, call: ApiCall, names: ApiNames & { readonly operation: string }): Result;
}

/**
 * An operation with its parameters. None is ignored: one that the shape does not have is refused by name, since leaving it
 * out would give another result than AWS gives.
 */
export function operation<Shape extends z.ZodRawShape, Result>(
  shape: Shape,
  handle: (input: z.output<z.ZodObject<Shape>>, call: ApiCall) => Result,
): Operation<Result> {
  const schema = z.strictObject(shape);
  return {
    parameters: Object.keys(shape),
    run: (input, call, { name, invalidInput, operation }) => {
      const result = schema.safeParse(input);
      if (result.success) return handle(result.data as z.output<z.ZodObject<Shape>>, call);
      const unknown = result.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
      const problem =
        unknown.length > 0
          ? `The local ${name} does not support these parameters of ${operation}: ${unknown.join(', ')}.`
          : z.prettifyError(result.error);
      throw new AwsError(invalidInput, problem);
    },
  };
}

/** The parameters of each operation. */
export function parametersOf(
  operations: Readonly<Record<string, Operation<unknown>>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(operations).map(([name, { parameters }]) => [name, parameters]));
}

/** @returns the error for a call that is none of the operations @param asked what the call asks for */
export function unknownOperation(name: string, asked: string, operations: object): AwsError {
  const known = Object.keys(operations).join(', ');
  return new AwsError('UnknownOperation', `The local ${name} does not support ${asked}. It supports ${known}.`);
}
