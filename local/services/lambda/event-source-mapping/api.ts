import { z } from 'zod';
import type { ApiCall } from '../../../aws-api/api-call.ts';
import { AwsError } from '../../../aws-api/aws-error.ts';
import { operation } from '../../../aws-api/operation.ts';
import { pageOf } from '../../../aws-api/page.ts';
import type { RestOperation } from '../../../aws-api/rest-api.ts';
import { arnOf } from '../../../aws-identity.ts';
import { qualifiedFunctionArn } from '../function-name.ts';
import { functionReference } from '../function-reference.ts';
import type { EventSourceMapping } from './mapping.ts';

const MAPPINGS = '/2015-03-31/event-source-mappings';
/** More do not come in one page, however many are asked for. */
const MAX_PAGE = 100;

const listParameters = {
  EventSourceArn: z.string().optional(),
  FunctionName: functionReference.FunctionName.optional(),
  Marker: z.string().optional(),
  MaxItems: z.coerce.number().int().min(1).max(10_000).default(MAX_PAGE),
};

/** Reading mappings, and switching them on and off: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export function mappingOperations(
  mappings: ReadonlyMap<string, EventSourceMapping>,
): Record<'GetEventSourceMapping' | 'ListEventSourceMappings' | 'UpdateEventSourceMapping', RestOperation> {
  const find = (uuid: string, action: string, call: ApiCall): EventSourceMapping => {
    call.requireAccess(`lambda:${action}`, arnOf('lambda', `event-source-mapping:${uuid}`));
    const mapping = mappings.get(uuid);
    if (mapping) return mapping;
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
  };
  return {
    GetEventSourceMapping: {
      method: 'GET',
      path: `${MAPPINGS}/{UUID}`,
      ...operation({ UUID: z.string() }, ({ UUID }, call) => ({
        body: JSON.stringify(find(UUID, 'GetEventSourceMapping', call).describe()),
      })),
    },
    ListEventSourceMappings: {
      method: 'GET',
      path: MAPPINGS,
      ...operation(listParameters, ({ EventSourceArn, FunctionName, Marker, MaxItems }, call) => {
        call.requireAccess('lambda:ListEventSourceMappings', '*');
        const found = [...mappings.values()].filter(
          ({ definition: { eventSourceArn, functionArn } }) =>
            (EventSourceArn ?? eventSourceArn) === eventSourceArn &&
            (FunctionName === undefined || qualifiedFunctionArn(FunctionName) === functionArn),
        );
        const page = pageOf(found, Math.min(MaxItems, MAX_PAGE), Marker);
        if (!page) throw new AwsError('InvalidParameterValueException', 'Invalid Marker.');
        const EventSourceMappings = page.items.map((mapping) => mapping.describe());
        return { body: JSON.stringify({ EventSourceMappings, NextMarker: page.next }) };
      }),
    },
    UpdateEventSourceMapping: {
      method: 'PUT',
      path: `${MAPPINGS}/{UUID}`,
      jsonBody: true,
      ...operation({ UUID: z.string(), Enabled: z.boolean().optional() }, ({ UUID, Enabled }, call) => {
        const mapping = find(UUID, 'UpdateEventSourceMapping', call);
        if (Enabled !== undefined) mapping.setEnabled(Enabled);
        return { status: 202, body: JSON.stringify(mapping.describe()) };
      }),
    },
  };
}
