import { describe, expect, it } from 'vitest';
import { call, exchange } from '../../http/http-fixture.ts';
import { LambdaError } from '../lambda/errors.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from './gateway-fixture.ts';

const routes = [lambdaRoute('POST', '/api/orders', 100)];
const failing = fakeInvoke({ errorType: 'Error' }, { functionError: 'Unhandled' }).invoke;
const malformed = fakeInvoke('no proxy response').invoke;
const throwing = (code: ConstructorParameters<typeof LambdaError>[0]) => async () => {
  throw new LambdaError(code, code);
};

describe('an error of the gateway', () => {
  it.each([
    [
      'an unknown path',
      'POST',
      '/nowhere',
      fakeInvoke().invoke,
      403,
      'Missing Authentication Token',
      'MissingAuthenticationTokenException',
    ],
    [
      'a method that the path lacks',
      'DELETE',
      '/api/orders',
      fakeInvoke().invoke,
      403,
      'Missing Authentication Token',
      'MissingAuthenticationTokenException',
    ],
    [
      'a path with malformed percent-encoding',
      'POST',
      '/api/%zz',
      fakeInvoke().invoke,
      400,
      /percent-encoding/,
      'BadRequestException',
    ],
    [
      'a query with malformed percent-encoding',
      'POST',
      '/api/orders?a=%E4',
      fakeInvoke().invoke,
      400,
      /percent-encoding/,
      'BadRequestException',
    ],
    [
      'a query with a character that must be encoded',
      'POST',
      '/api/orders?a=b|c',
      fakeInvoke().invoke,
      400,
      /Bad Request/,
      'BadRequestException',
    ],
    [
      'a query with a brace',
      'POST',
      '/api/orders?a={1}',
      fakeInvoke().invoke,
      400,
      /Bad Request/,
      'BadRequestException',
    ],
    [
      'a function that failed',
      'POST',
      '/api/orders',
      failing,
      502,
      'Internal server error',
      'InternalServerErrorException',
    ],
    [
      'a malformed result',
      'POST',
      '/api/orders',
      malformed,
      502,
      'Internal server error',
      'InternalServerErrorException',
    ],
    [
      'a throttled function',
      'POST',
      '/api/orders',
      throwing('TooManyRequestsException'),
      500,
      'Internal server error',
      'InternalServerErrorException',
    ],
    [
      'an event over 6 MB',
      'POST',
      '/api/orders',
      throwing('RequestTooLargeException'),
      413,
      'Request Too Long',
      'RequestTooLargeException',
    ],
    [
      'a function that takes too long',
      'POST',
      '/api/orders',
      () => new Promise<never>(() => {}),
      504,
      'Endpoint request timed out',
      'InternalServerErrorException',
    ],
  ])('for %s is the same as on AWS', async (_case, method, path, invoke, status, message, errorType) => {
    const api = await servedApi(apiDefinition(routes), invoke);
    const response = await call(api.url, method, path);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.text).message).toMatch(message);
    expect(response.headers).toMatchObject({ 'content-type': 'application/json', 'x-amzn-errortype': errorType });
    expect(response.headers['x-amzn-requestid']).toBeTruthy();
  });

  it('for a body over 10 MB is 413, announced or not', async () => {
    const api = await servedApi(apiDefinition(routes));
    const body = Buffer.alloc(10 * 1024 * 1024 + 1, 'x');
    expect((await call(api.url, 'POST', '/api/orders', { body })).status).toBe(413);
    expect(
      (await call(api.url, 'POST', '/api/orders', { body, headers: { 'Transfer-Encoding': 'chunked' } })).status,
    ).toBe(413);
  });

  it('reaches a client that reads nothing before it has sent all of a body that is too large', async () => {
    const api = await servedApi(apiDefinition(routes));
    const body = Buffer.alloc(30 * 1024 * 1024, 'x');
    const head = 'POST /api/orders HTTP/1.1\r\nHost: localhost\r\n';
    const announced = await exchange(api.port, `${head}Content-Length: ${body.byteLength}\r\n\r\n`, body);
    expect(announced).toMatch(/^HTTP\/1.1 413 .*\{"message":"Request Too Long"\}$/s);
    const chunk = [
      `${head}Transfer-Encoding: chunked\r\n\r\n${body.byteLength.toString(16)}\r\n`,
      body,
      '\r\n0\r\n\r\n',
    ];
    expect(await exchange(api.port, ...chunk)).toMatch(/^HTTP\/1.1 413 .*\{"message":"Request Too Long"\}$/s);
  });

  it('follows the gateway response of its type: status, body and headers', async () => {
    const api = await servedApi(
      apiDefinition(routes, {
        MISSING_AUTHENTICATION_TOKEN: {
          statusCode: 404,
          headers: {
            'Access-Control-Allow-Origin': "'*'",
            'X-Origin': 'method.request.header.Origin',
            'X-Id': 'context.requestId',
          },
          templates: {
            'application/json':
              '{"error":$context.error.messageString,"plain":"$context.error.message","type":"$context.error.responseType","id":"$context.requestId","none":"$context.unknown"}',
          },
        },
      }),
    );
    const response = await call(api.url, 'GET', '/nowhere', { headers: { Origin: 'http://shop' } });
    const id = response.headers['x-amzn-requestid'];
    expect(response.status).toBe(404);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'x-origin': 'http://shop',
      'x-id': id,
    });
    expect(JSON.parse(response.text)).toEqual({
      error: 'Missing Authentication Token',
      plain: 'Missing Authentication Token',
      type: 'MISSING_AUTHENTICATION_TOKEN',
      id,
      none: '',
    });
  });

  it('falls back to DEFAULT_4XX and DEFAULT_5XX', async () => {
    const template = (text: string) => ({ headers: {}, templates: { 'application/json': `{"error":"${text}"}` } });
    const definition = apiDefinition(routes, { DEFAULT_4XX: template('client'), DEFAULT_5XX: template('server') });
    const api = await servedApi(definition, failing);
    expect(await call(api.url, 'GET', '/nowhere')).toMatchObject({ status: 403, text: '{"error":"client"}' });
    expect(await call(api.url, 'POST', '/api/orders')).toMatchObject({ status: 502, text: '{"error":"server"}' });
  });
});
