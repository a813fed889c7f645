import { StructuredLog } from '../adapters/structured-log.ts';
import { httpHandler } from '../http/pipeline.ts';
import { jsonResponse } from '../http/response.ts';
import { describeApi } from './describe-api.ts';

const document = describeApi();

/** `GET /api/openapi.json`: 200 with the OpenAPI document. */
export const handler = httpHandler(new StructuredLog(), async () => jsonResponse(200, document));
