import { describe, expect, it } from 'vitest';
import { call } from '../../http/http-fixture.ts';
import { GatewayFault } from './gateway-fault.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from './gateway-fixture.ts';
import { readProxyResponse } from './proxy-response.ts';

const interpret = (result: unknown, accept?: string, binaryMediaTypes: string[] = []) => {
  const { statusCode, headers, body } = readProxyResponse(JSON.stringify(result), accept, { binaryMediaTypes });
  return { statusCode, headers: Object.fromEntries(headers), body: body.toString() };
};

describe('the result of a function', () => {
  it.each([
    [{}, 200],
    [{ statusCode: 201 }, 201],
    [{ statusCode: '404' }, 404],
    [{ headers: null, body: null }, 200],
  ])('%j is a response with status %i and JSON as its content type', (result, statusCode) => {
    expect(interpret(result)).toEqual({ statusCode, headers: { 'Content-Type': ['application/json'] }, body: '' });
  });

  it.each([
    null,
    'text',
    [],
    { statusCode: 'test' },
    { statusCode: 1.5 },
    { statusCode: 200, body: { ok: true } },
    { statusCode: 200, extra: 1 },
    { headers: { 'X-Number': 1 } },
    { multiValueHeaders: { 'X-A': 'a' } },
    { headers: { 'X-A': 'line\nbreak' } },
    { headers: { 'bad name': 'a' } },
  ])('%j is malformed', (result) => {
    expect(() => interpret(result)).toThrow(GatewayFault);
  });

  it('may set headers to text, booleans or several values, merged by name', () => {
    const { headers } = interpret({
      headers: { 'set-cookie': 'c=3', 'X-Flag': true, 'content-type': 'text/plain' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
    });
    expect(headers).toEqual({
      'Set-Cookie': ['a=1', 'b=2', 'c=3'],
      'X-Flag': ['true'],
      'content-type': ['text/plain'],
    });
  });

  it('does not set the headers of the connection', () => {
    const { headers } = interpret({
      headers: { Date: 'd', Server: 's', 'Content-Length': '7', 'Transfer-Encoding': 'chunked' },
    });
    expect(headers).toEqual({
      'x-amzn-Remapped-Date': ['d'],
      'x-amzn-Remapped-Server': ['s'],
      'x-amzn-Remapped-Content-Length': ['7'],
      'Content-Type': ['application/json'],
    });
  });

  it('in base64 is decoded only for a client that accepts a binary type', () => {
    const result = { body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true };
    expect(interpret(result, 'image/png', ['image/png']).body).toBe('bytes');
    expect(interpret(result, 'text/html', ['image/png']).body).toBe(result.body);
    expect(interpret(result, undefined, ['*/*']).body).toBe('bytes');
  });
});

describe('what the client gets', () => {
  it("is the function's response with the ids of the gateway", async () => {
    const { invoke } = fakeInvoke({ statusCode: 201, headers: { Location: '/api/orders/1' }, body: '{"id":1}' });
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]), invoke);
    const response = await call(api.url, 'POST', '/api/orders', { body: '{}' });
    expect(response).toMatchObject({ status: 201, text: '{"id":1}' });
    expect(response.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '8',
      location: '/api/orders/1',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-amz-apigw-id': expect.stringMatching(/=$/),
      'x-amzn-trace-id': expect.stringMatching(/^Root=/),
    });
  });

  it('gets some headers under another name only', async () => {
    const headers = { 'WWW-Authenticate': 'Bearer', Server: 'mine' };
    const { invoke } = fakeInvoke({ statusCode: 401, headers });
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/')]), invoke);
    const response = await call(api.url, 'GET', '/');
    expect(response.headers).toMatchObject({
      'x-amzn-remapped-www-authenticate': 'Bearer',
      'x-amzn-remapped-server': 'mine',
    });
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });

  it('has no body after HEAD', async () => {
    const api = await servedApi(apiDefinition([lambdaRoute('ANY', '/')]), fakeInvoke({ body: 'text' }).invoke);
    expect(await call(api.url, 'HEAD', '/')).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '4' },
    });
  });
});
