import { StructuredLog } from '../adapters/structured-log.ts';
import { httpHandler } from '../http/pipeline.ts';
import { describeApiEndpoint } from './endpoint.ts';

/** `GET /api/openapi.json` */
export const handler = httpHandler(new StructuredLog(), describeApiEndpoint());
