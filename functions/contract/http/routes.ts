import * as z from 'zod';
import { BODY_LIMIT } from './limits.ts';
import { idempotencyKey, listQuery, newOrderBody, orderPath, overviewQuery, statsQuery } from './requests.ts';
import {
  createdOrder,
  failure,
  foundOrder,
  healthy,
  orderPage,
  orderStatistics,
  overview,
  receipt,
  unchanged,
  unhealthy,
} from './responses.ts';

/** The API construct and the OpenAPI document are made of these. */
export interface Route {
  readonly path: `/${string}`;
  readonly method: 'GET' | 'POST';
  /** The function's folder below functions/. */
  readonly function: string;
  /** `token` where callers sign in; otherwise why the route is open to everybody. */
  readonly authorization: 'token' | { readonly open: string };
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly RouteParameter[];
  /** Its JSON body. */
  readonly request?: z.ZodType;
  /** By status, besides those that every route may give. */
  readonly responses: Readonly<Record<string, RouteResponse>>;
}

/** Required when it is in the path. */
export interface RouteParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: z.ZodType;
  readonly description?: string;
  /** Describes what the text is read into, instead of the text. */
  readonly describeOutput?: true;
}

export interface RouteResponse {
  readonly description: string;
  /** Its JSON body; one of several, if there are several. */
  readonly body?: z.ZodType | readonly z.ZodType[];
  readonly headers?: readonly ResponseHeader[];
}

export type ResponseHeader = 'Location' | 'Retry-After' | 'Idempotent-Replayed' | 'WWW-Authenticate' | 'Cache-Control';

const error = (description: string, ...headers: ResponseHeader[]): RouteResponse => ({
  description,
  body: failure,
  headers,
});

/**
 * Every route may give these: its function, or the gateway in front of it, whose own errors have the same shape.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const COMMON_RESPONSES: Readonly<Record<string, RouteResponse>> = {
  '403': error('The firewall blocked the request.'),
  '413': error('The body is larger than the gateway takes.'),
  '429': error('There are too many requests at the moment.', 'Retry-After'),
  '500': error('Something went wrong on our side.'),
  '502': error('The function of this route crashed.'),
  '503': error('A part that the request needs is not responding.', 'Retry-After'),
  '504': error('The service did not respond in time.'),
  default: error(
    'Any other error of the gateway, such as 400 for a malformed request, or 404 for a method of no route.',
  ),
};

/** Routes that take a token may also give these. */
export const TOKEN_RESPONSES: Readonly<Record<string, RouteResponse>> = {
  '401': error('There is no valid token.', 'WWW-Authenticate'),
  '403': error('The token has no valid user id, the request is for another user, or the firewall blocked it.'),
};

const BAD_INPUT = error('The request is invalid; `details` says why.');
const orderId: RouteParameter = { name: 'id', in: 'path', schema: orderPath.shape.id };
const query = listQuery.shape;

export const ROUTES = [
  {
    path: '/health',
    method: 'GET',
    function: 'health',
    authorization: { open: 'Load balancers and monitors ask for it; it names no order.' },
    operationId: 'checkHealth',
    summary: 'Report which parts of the system are up',
    responses: {
      '200': { description: 'All parts are up.', body: healthy },
      '503': {
        description: 'A part is down, or the check itself failed.',
        body: [unhealthy, failure],
        headers: ['Retry-After'],
      },
    },
  },
  {
    path: '/api/openapi.json',
    method: 'GET',
    function: 'describe-api',
    authorization: { open: 'The description of the API, for those who have no token yet.' },
    operationId: 'describeApi',
    summary: 'Describe the API: this document',
    responses: { '200': { description: 'An OpenAPI document.', body: z.unknown().meta({ type: 'object' }) } },
  },
  {
    path: '/api/orders',
    method: 'GET',
    function: 'list-orders',
    authorization: 'token',
    operationId: 'listOrders',
    summary: 'List orders, newest first',
    description:
      'With sign-in, a user sees their own orders and an operator everyone’s. With `since`, only what has changed, and for five seconds before it: drop what you have.',
    parameters: [
      { name: 'user_id', in: 'query', schema: query.user_id },
      { name: 'q', in: 'query', schema: query.q },
      { name: 'status', in: 'query', schema: query.status },
      { name: 'limit', in: 'query', schema: query.limit, describeOutput: true },
      { name: 'cursor', in: 'query', schema: query.cursor },
      { name: 'since', in: 'query', schema: query.since },
    ],
    responses: { '200': { description: 'One page of orders.', body: orderPage }, '400': BAD_INPUT },
  },
  {
    path: '/api/orders',
    method: 'POST',
    function: 'create-order',
    authorization: 'token',
    operationId: 'createOrder',
    summary: 'Place an order',
    description: 'With sign-in, `user_id` must be the user id of the token.',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'Repeating a request with the same key returns the same response and creates no second order.',
        schema: idempotencyKey,
      },
    ],
    request: newOrderBody,
    responses: {
      '201': { description: 'The order is stored.', body: createdOrder, headers: ['Location', 'Idempotent-Replayed'] },
      '400': BAD_INPUT,
      '413': error(`The body is larger than ${BODY_LIMIT}.`),
      '415': error('The body is not declared as `application/json`, or it is compressed.'),
      '422': error('The Idempotency-Key was used for an earlier order with different content.'),
    },
  },
  {
    path: '/api/orders/{id}',
    method: 'GET',
    function: 'get-order',
    authorization: 'token',
    operationId: 'getOrder',
    summary: 'Show an order as it is now, and how far it has come',
    parameters: [orderId],
    responses: {
      '200': { description: 'The order.', body: foundOrder },
      '404': error('There is no such order, or it belongs to someone else.'),
    },
  },
  {
    path: '/api/orders/{id}/receipt',
    method: 'GET',
    function: 'get-receipt',
    authorization: 'token',
    operationId: 'getReceipt',
    summary: 'Redirect to the receipt of an order, or return it',
    parameters: [
      orderId,
      {
        name: 'Accept',
        in: 'header',
        description: 'With `application/json` alone, the response is the text of the receipt; otherwise a redirect.',
        schema: z.string().optional(),
      },
    ],
    responses: {
      '200': { description: 'The receipt.', body: receipt, headers: ['Cache-Control'] },
      '302': {
        description: 'The plain-text receipt is available at this location for five minutes, without a token.',
        headers: ['Location', 'Cache-Control'],
      },
      '404': error(
        'There is no such order, or it belongs to someone else; with Retry-After, its receipt is not stored yet.',
        'Retry-After',
      ),
    },
  },
  {
    path: '/api/stats',
    method: 'GET',
    function: 'get-stats',
    authorization: 'token',
    operationId: 'getStats',
    summary: 'Count orders, revenue and lags',
    description: 'With sign-in, a user sees the numbers of their own orders and an operator everyone’s.',
    parameters: [{ name: 'user_id', in: 'query', schema: statsQuery.shape.user_id }],
    responses: { '200': { description: 'The numbers at one moment.', body: orderStatistics }, '400': BAD_INPUT },
  },
  {
    path: '/api/overview',
    method: 'GET',
    function: 'overview',
    authorization: 'token',
    operationId: 'getOverview',
    summary: 'Show list, statistics and state of the system at once, for a page that stays open',
    parameters: [
      { name: 'user_id', in: 'query', schema: query.user_id },
      { name: 'q', in: 'query', schema: query.q },
      { name: 'status', in: 'query', schema: query.status },
      { name: 'limit', in: 'query', schema: query.limit, describeOutput: true },
      { name: 'version', in: 'query', schema: overviewQuery.shape.version },
    ],
    responses: {
      '200': { description: 'What has changed, or that nothing has.', body: [overview, unchanged] },
      '400': BAD_INPUT,
    },
  },
] as const satisfies readonly Route[];

/** The folder of a function that serves a route. */
export type RouteFunction = (typeof ROUTES)[number]['function'];
