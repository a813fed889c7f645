import { z } from 'zod';
import type { ApiCall, AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { operation } from '../../aws-api/operation.ts';
import { pageOf } from '../../aws-api/page.ts';
import type { ApiResponse } from '../../aws-api/protocols.ts';
import { type RestOperation, restJsonApi } from '../../aws-api/rest-api.ts';
import { LambdaError } from './errors.ts';
import { mappingOperations } from './event-source-mapping/api.ts';
import type { EventSourceMapping } from './event-source-mapping/mapping.ts';
import {
  aliasDescription,
  type FunctionDirectory,
  functionConfiguration,
  functionConfigurations,
  functionDescription,
} from './function-configuration.ts';
import { functionReference, referencedArn } from './function-reference.ts';
import { invokeFunction, invokeParameters } from './invoke-operation.ts';

const FUNCTIONS = '/2015-03-31/functions';
/** More than 50 configurations do not come in one page, however many are asked for. */
const MAX_PAGE = 50;

const listParameters = {
  FunctionVersion: z.literal('ALL').optional(),
  Marker: z.string().optional(),
  MaxItems: z.coerce.number().int().min(1).max(10_000).default(MAX_PAGE),
};

/** An alias has a letter in its name; numbers are versions. */
const aliasParameters = {
  FunctionName: functionReference.FunctionName,
  Name: z.string().regex(/^(?!\d+$)[\w-]{1,128}$/, 'It is not the name of an alias.'),
};

/** Lambda's API: invoking functions, reading what they are, and their event source mappings. */
export function lambdaApi(lambda: FunctionDirectory, mappings: ReadonlyMap<string, EventSourceMapping>): AwsApi {
  const described = (
    action: string,
    path: string,
    describe: typeof functionDescription | typeof functionConfiguration,
  ) => ({
    method: 'GET',
    path: `${FUNCTIONS}/{FunctionName}${path}`,
    ...respond(functionReference, (input, call) => {
      const arn = referencedArn(input);
      call.requireAccess(`lambda:${action}`, arn);
      const found = lambda.find(arn);
      return json(describe(found, arn, found.executedVersion));
    }),
  });

  const operations: Record<string, RestOperation> = {
    Invoke: {
      method: 'POST',
      path: `${FUNCTIONS}/{FunctionName}/invocations`,
      headers: {
        'x-amz-invocation-type': 'InvocationType',
        'x-amz-log-type': 'LogType',
        'x-amz-client-context': 'ClientContext',
      },
      ...respond(invokeParameters, (input, call) => invokeFunction(lambda, input, call)),
    },
    GetFunction: described('GetFunction', '', functionDescription),
    GetFunctionConfiguration: described('GetFunctionConfiguration', '/configuration', functionConfiguration),
    GetAlias: {
      method: 'GET',
      path: `${FUNCTIONS}/{FunctionName}/aliases/{Name}`,
      ...respond(aliasParameters, ({ FunctionName, Name }, call) => {
        const arn = `${referencedArn({ FunctionName })}:${Name}`;
        call.requireAccess('lambda:GetAlias', referencedArn({ FunctionName }));
        return json(aliasDescription(lambda.find(arn).executedVersion, arn, Name));
      }),
    },
    ListFunctions: {
      method: 'GET',
      path: FUNCTIONS,
      ...respond(listParameters, ({ FunctionVersion, Marker, MaxItems }, call) => {
        call.requireAccess('lambda:ListFunctions', '*');
        const all = functionConfigurations(lambda.list(), FunctionVersion === 'ALL');
        const page = pageOf(all, Math.min(MaxItems, MAX_PAGE), Marker);
        if (!page) throw new LambdaError('InvalidParameterValueException', 'Invalid Marker.');
        return json({ Functions: page.items, ...(page.next !== undefined && { NextMarker: page.next }) });
      }),
    },
    ...mappingOperations(mappings),
  };
  return restJsonApi({ name: 'Lambda', signingName: 'lambda', invalidInput: 'ValidationException', operations });
}

/** An operation whose LambdaErrors become errors of the API. */
function respond<Shape extends z.ZodRawShape>(
  shape: Shape,
  handle: (input: z.output<z.ZodObject<Shape>>, call: ApiCall) => ApiResponse | Promise<ApiResponse>,
) {
  return operation(shape, async (input, call) => {
    try {
      return await handle(input, call);
    } catch (error) {
      if (!(error instanceof LambdaError)) throw error;
      const details = error.reason === undefined ? {} : { Reason: error.reason };
      throw new AwsError(error.code, error.message, error.status, { cause: error, details });
    }
  });
}

function json(value: unknown): ApiResponse {
  return { body: JSON.stringify(value) };
}
