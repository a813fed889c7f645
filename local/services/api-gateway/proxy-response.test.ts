import { describe, expect, it } from 'vitest';
import { call } from '../../http/http-fixture.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
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
    [{ statusCode: null, headers: null, multiValueHeaders: null, body: null, isBase64Encoded: null }, 200],
    [{ statusCode: 599 }, 599],
    [{ statusCode: 1e2 + 1e2 }, 200],
  ])('%j is a response with status %i and JSON as its content type', (result, statusCode) => {
    expect(interpret(result)).toEqual({ statusCode, headers: { 'Content-Type': ['application/json'] }, body: '' });
  });

  it.each([
    null,
    'text',
    [],
    { statusCode: 'test' },
    { statusCode: 1.5 },
    { statusCode: 99 },
    { statusCode: 600 },
    { statusCode: 1e3 },
    { statusCode: '2e2' },
    { statusCode: true },
    { statusCode: 200, body: { ok: true } },
    { statusCode: 200, extra: 1 },
    { statusCode: 200, body: ['text'] },
    { headers: { 'X-A': ['a'] } },
    { headers: { 'X-A': { a: 'b' } } },
    { headers: ['X-A'] },
    { headers: 'X-A: a' },
    { multiValueHeaders: { 'X-A': 'a' } },
    { multiValueHeaders: { 'X-A': null } },
    { multiValueHeaders: { 'X-A': [['a']] } },
    { isBase64Encoded: 'yes' },
    { isBase64Encoded: 1 },
    { extra: null },
    { headers: { 'X-A': 'line\nbreak' } },
    { headers: { 'X-A': 'nul\0' } },
    { headers: { 'bad name': 'a' } },
    { headers: { 'bad\nname': 'a' } },
    { headers: { '': 'a' } },
  ])('%j is malformed', (result) => {
    expect(() => interpret(result)).toThrow(expect.objectContaining({ fault: faults.functionFailed }));
  });

  it('has no content type where the function sets it to null, and not the other headers that are null', () => {
    expect(interpret({ headers: { 'content-type': null, 'X-A': null, 'X-B': 'b' } }).headers).toEqual({ 'X-B': ['b'] });
    expect(interpret({ multiValueHeaders: { 'Content-Type': [] } }).headers).toEqual({});
  });

  it.each([
    [42, '42'],
    [0, '0'],
    [true, 'true'],
    ['', ''],
  ])('may have the body %j', (body, expected) => {
    expect(interpret({ body }).body).toBe(expected);
  });

  it('may set headers to text, numbers, booleans or several values, merged by name', () => {
    const { headers } = interpret({
      headers: { 'set-cookie': 'c=3', 'X-Flag': true, 'X-Number': 86400, 'X-Same': 'a', 'content-type': 'text/plain' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'X-Same': ['a', 'b', 'b'] },
    });
    expect(headers).toEqual({
      'Set-Cookie': ['a=1', 'b=2', 'c=3'],
      'X-Flag': ['true'],
      'X-Number': ['86400'],
      'X-Same': ['a', 'b', 'b'],
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
    expect(interpret({ ...result, isBase64Encoded: 'true' }, undefined, ['*/*']).body).toBe('bytes');
    expect(interpret({ ...result, base64Encoded: false }, undefined, ['*/*']).body).toBe(result.body);
  });

  it('that is to be decoded and is no base64 is an error of the configuration', () => {
    const result = { body: 'no base64!', isBase64Encoded: true };
    const fault = new GatewayFault(faults.bodyNotBase64, 'the body is not valid base64');
    expect(() => interpret(result, 'image/png', ['image/png'])).toThrow(fault);
    expect(interpret(result, 'text/html', ['image/png']).body).toBe(result.body);
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

  it('has no Content-Type line when the function sets it to null', async () => {
    const { invoke } = fakeInvoke({ statusCode: 200, headers: { 'Content-Type': null }, body: 'text' });
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/')]), invoke);
    const response = await call(api.url, 'GET', '/');
    expect(response).toMatchObject({ status: 200, text: 'text' });
    expect(response.headers).not.toHaveProperty('content-type');
  });

  it.each([null, 'text', [], { statusCode: 1000 }])('is 502 after the answer %j', async (answer) => {
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/')]), fakeInvoke(answer).invoke);
    expect(await call(api.url, 'GET', '/')).toMatchObject({ status: 502, text: '{"message":"Internal server error"}' });
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
