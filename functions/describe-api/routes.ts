import { createdOrder, failure, foundOrder, healthy, orderPage, unhealthy } from '../http/contract/answers.ts';
import { idempotencyKey, listQuery, newOrderBody, orderPath } from '../http/contract/requests.ts';
import * as parts from './parts.ts';
import { inlineSchema, reference, type Schema } from './schemas.ts';

/** One way to ask the API. https://spec.openapis.org/oas/v3.1.1.html#operation-object */
export interface Route {
  readonly path: `/${string}`;
  readonly method: 'get' | 'post';
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** Whether callers are told apart, where the stage does so. */
  readonly signIn: boolean;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: ReturnType<typeof parts.jsonOf> };
  /** By status; those that any route may give are added. */
  readonly answers: Readonly<Record<string, parts.Answer>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

const query = listQuery.shape;
const ID: Parameter = { name: 'id', in: 'path', required: true, schema: inlineSchema(orderPath.shape.id, 'input') };

/** All routes of the API. */
export const ROUTES: readonly Route[] = [
  {
    path: '/api/orders',
    method: 'post',
    operationId: 'createOrder',
    summary: 'Place an order',
    description: 'With sign-in, `user_id` must be the user id of the token.',
    signIn: true,
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        description: 'The same request with the same key gets the same answer, and no second order.',
        schema: inlineSchema(idempotencyKey, 'input'),
      },
    ],
    requestBody: { required: true, content: parts.jsonOf(newOrderBody) },
    answers: {
      '201': parts.answer('The order is stored.', createdOrder, 'Location', 'Idempotent-Replayed'),
      '400': parts.BAD_INPUT,
      '413': parts.BODY_TOO_LARGE,
      '415': parts.NOT_JSON,
      '422': parts.KEY_REUSED,
    },
  },
  {
    path: '/api/orders',
    method: 'get',
    operationId: 'listOrders',
    summary: 'List orders, newest first',
    description: 'With sign-in, a user sees their own orders and an operator everyone’s.',
    signIn: true,
    parameters: [
      { name: 'user_id', in: 'query', required: false, schema: inlineSchema(query.user_id, 'input') },
      { name: 'limit', in: 'query', required: false, schema: inlineSchema(query.limit, 'output') },
      { name: 'cursor', in: 'query', required: false, schema: inlineSchema(query.cursor, 'input') },
    ],
    answers: { '200': parts.answer('One page of orders.', orderPage), '400': parts.BAD_INPUT },
  },
  {
    path: '/api/orders/{id}',
    method: 'get',
    operationId: 'getOrder',
    summary: 'Show an order as it is now',
    signIn: true,
    parameters: [ID],
    answers: { '200': parts.answer('The order.', foundOrder), '404': parts.NO_ORDER },
  },
  {
    path: '/api/orders/{id}/receipt',
    method: 'get',
    operationId: 'getReceipt',
    summary: 'Lead to the receipt of an order',
    signIn: true,
    parameters: [ID],
    answers: {
      '302': parts.answer(
        'The receipt, plain text, can be read at the location for five minutes, without a token.',
        undefined,
        'Location',
        'Cache-Control',
      ),
      '404': parts.NO_RECEIPT,
    },
  },
  {
    path: '/health',
    method: 'get',
    operationId: 'checkHealth',
    summary: 'Say which parts of the system answer',
    signIn: false,
    answers: {
      '200': parts.answer('All parts answer.', healthy),
      '503': parts.answer(
        'A part does not answer, or the check itself could not be made.',
        { anyOf: [reference(unhealthy), reference(failure)] },
        'Retry-After',
      ),
    },
  },
  {
    path: '/api/openapi.json',
    method: 'get',
    operationId: 'describeApi',
    summary: 'Describe the API: this document',
    signIn: false,
    answers: { '200': parts.answer('An OpenAPI document.', { type: 'object' }) },
  },
];
