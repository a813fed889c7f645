import type { ApiCall, AwsApi } from './api-call.ts';
import { AwsError } from './aws-error.ts';
import { type ApiNames, type Operation, parametersOf, unknownOperation } from './operation.ts';
import { awsJson } from './protocols.ts';

export interface JsonApiOptions extends ApiNames {
  readonly signingName: string;
  /** The JSON version that the service's API reference states. */
  readonly version: '1.0' | '1.1';
  /** What stands before the operation in `x-amz-target`. */
  readonly targetPrefix: string;
  /** By name: takes the parsed body and returns what becomes the response's body. */
  readonly operations: Readonly<Record<string, Operation<unknown>>>;
}

/** An API whose calls name their operation in a header: `x-amz-target: <prefix>.<operation>`. */
export function jsonApi({ signingName, version, targetPrefix, operations, ...names }: JsonApiOptions): AwsApi {
  return {
    signingName,
    protocol: awsJson(version),
    operations: parametersOf(operations),
    handle: async (call) => {
      const target = call.headers['x-amz-target'];
      if (target === undefined) {
        throw new AwsError('UnknownOperation', 'The header x-amz-target, which names the operation, is missing.');
      }
      const [prefix, operation = ''] = String(target).split('.', 2);
      const known = prefix === targetPrefix && Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!known) throw unknownOperation(names.name, `"${target}"`, operations);
      return { body: JSON.stringify(await known.run(parseJson(call), call, { ...names, operation })) };
    },
  };
}

function parseJson({ body }: ApiCall): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AwsError('SerializationException', 'The request body is not JSON.', 400, { cause });
  }
}
