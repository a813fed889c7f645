import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { call } from '../../http/http-fixture.ts';
import type { Iam } from '../iam/service.ts';
import { startFunction } from '../lambda/lambda-fixture.ts';
import type { InvokeResult } from '../lambda/service.ts';
import { apiDefinition, apiOptions, FUNCTION_ARN, fakeInvoke, lambdaRoute, servedApi } from './gateway-fixture.ts';
import { startRestApi } from './rest-api.ts';
import type { MockIntegration, RouteDefinition } from './rest-api-definition.ts';

/** As the CDK synthesizes `defaultCorsPreflightOptions`. */
const preflight: RouteDefinition = {
  httpMethod: 'OPTIONS',
  resourcePath: '/api/orders',
  integration: {
    type: 'MOCK',
    requestTemplates: { 'application/json': '{ statusCode: 200 }' },
    responses: [
      {
        statusCode: '204',
        responseParameters: {
          'method.response.header.Access-Control-Allow-Headers': "'Content-Type,Authorization'",
          'method.response.header.Access-Control-Allow-Origin': "'*'",
          'method.response.header.Access-Control-Allow-Methods': "'GET,POST,OPTIONS'",
        },
        responseTemplates: {},
      },
    ],
  },
};

function permitApi(iam: Iam, method: string) {
  iam.policies.putResourcePolicy(FUNCTION_ARN, 'permission', {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'apigateway.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: FUNCTION_ARN,
      Condition: { ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:us-east-1:000000000000:abc123${method}` } },
    },
  });
}

describe('a REST API', () => {
  it('runs a real function for a request', async () => {
    const { service, iam } = await startFunction(
      'export const handler = async (e) => ({ statusCode: 201, body: JSON.stringify([e.body, process.env._X_AMZN_TRACE_ID]) });',
    );
    permitApi(iam, '/dev/POST/api/orders');
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]), service.invoke.bind(service));
    const response = await call(api.url, 'POST', '/api/orders', { body: '{"quantity":2}' });
    expect(response.status).toBe(201);
    expect(JSON.parse(response.text)).toEqual(['{"quantity":2}', response.headers['x-amzn-trace-id']]);
  });

  it('invokes its function in the name of the resource as it is declared, and not of the path of the request', async () => {
    const { service, iam } = await startFunction('export const handler = async () => ({ statusCode: 200 });');
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/api/orders/{id}')]), service.invoke.bind(service));
    permitApi(iam, '/dev/GET/api/orders/7');
    expect((await call(api.url, 'GET', '/api/orders/7')).status).toBe(500);
    permitApi(iam, '/dev/GET/api/orders/{id}');
    expect((await call(api.url, 'GET', '/api/orders/7')).status).toBe(200);
  });

  it('is 500 where the function does not permit the method to invoke it, and the log says what is missing', async () => {
    const { service, iam } = await startFunction('export const handler = async () => ({ statusCode: 200 });');
    permitApi(iam, '/dev/GET/api/orders');
    const log = memoryLog();
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]), service.invoke.bind(service), {
      log,
    });
    const response = await call(api.url, 'POST', '/api/orders', { body: '{}' });
    expect(response).toMatchObject({ status: 500, text: '{"message":"Internal server error"}' });
    const source = 'arn:aws:execute-api:us-east-1:000000000000:abc123/dev/POST/api/orders';
    expect(log.lines.join()).toContain('Invalid permissions on Lambda function');
    expect(log.lines.join()).toContain(`new iam.ServicePrincipal('apigateway.amazonaws.com'), sourceArn: '${source}'`);
  });

  it('logs a line for each request with its function, and for reads that succeed at a level of their own', async () => {
    const log = memoryLog();
    const routes = [lambdaRoute('GET', '/api/orders'), lambdaRoute('POST', '/api/orders')];
    const api = await servedApi(apiDefinition(routes), undefined, { log });
    await call(api.url, 'GET', '/api/orders');
    await call(api.url, 'POST', '/api/orders', { body: '{}' });
    await call(api.url, 'GET', '/nothing');
    expect(log.lines.map((line) => line.replace(/\d+ ms/, '… ms'))).toEqual([
      'debug test GET /api/orders 200 … ms orders',
      'info test POST /api/orders 200 … ms orders',
      'info test GET /nothing 403 … ms',
    ]);
  });

  it("logs the request and its function's lines under the ids that the client got", async () => {
    const {
      service,
      iam,
      log: functionLog,
    } = await startFunction(
      "export const handler = async () => { console.log('hello'); return { statusCode: 200 }; };",
    );
    permitApi(iam, '/dev/POST/api/orders');
    const log = memoryLog();
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]), service.invoke.bind(service), {
      log,
    });
    const { headers } = await call(api.url, 'POST', '/api/orders', { body: '{}' });
    const ids = {
      requestId: headers['x-amzn-requestid'],
      traceId: String(headers['x-amzn-trace-id']).replace('Root=', ''),
    };
    expect(log.requests).toEqual([ids]);
    await expect.poll(() => functionLog.lines.join('\n')).toContain('hello');
    expect(new Set(functionLog.requests.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(ids)]));
  });

  it('logs in the line of a request why the gateway itself responds with an error', async () => {
    const log = memoryLog();
    const failure = { errorType: 'TypeError', errorMessage: 'no order', trace: ['    at handle (/app/a.ts:25:38)'] };
    const { invoke } = fakeInvoke(failure, { functionError: 'Unhandled' });
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]), invoke, { log });
    expect((await call(api.url, 'POST', '/api/orders', { body: '{}' })).status).toBe(502);
    expect(log.lines).toEqual([
      expect.stringMatching(
        /^error test POST \/api\/orders 502 \d+ ms orders: TypeError: no order \(.*app\/a\.ts:25\)$/,
      ),
    ]);
  });

  it('responds to CORS preflight requests without a function', async () => {
    const api = await servedApi(apiDefinition([preflight, lambdaRoute('POST', '/api/orders')]));
    const response = await call(api.url, 'OPTIONS', '/api/orders', { headers: { Origin: 'http://shop' } });
    expect(response).toMatchObject({ status: 204, text: '' });
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET,POST,OPTIONS',
      'access-control-allow-headers': 'Content-Type,Authorization',
    });
  });

  // As the CDK synthesizes it for several origins.
  const ofSeveralOrigins = [
    '#set($origin = $input.params().header.get("Origin"))',
    '#if($origin == "")',
    '  #set($origin = $input.params().header.get("origin"))',
    '#end',
    '#if($origin == "https://a.example" || $origin == "https://b.example")',
    '  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)',
    '#end',
  ].join('\n');
  const preflightWith = (template: string): RouteDefinition => {
    const { integration, ...rest } = structuredClone(preflight);
    const responses = (integration as MockIntegration).responses.map((response) => ({
      ...response,
      responseTemplates: { 'application/json': template },
    }));
    return { ...rest, integration: { ...(integration as MockIntegration), responses } };
  };

  it('responds to CORS preflight requests of several origins as its template says', async () => {
    const api = await servedApi(apiDefinition([preflightWith(ofSeveralOrigins)]));
    const allowedFor = async (headers: Record<string, string>) => {
      const { status, text, headers: received } = await call(api.url, 'OPTIONS', '/api/orders', { headers });
      expect([status, text]).toEqual([204, '']);
      return received['access-control-allow-origin'];
    };
    expect(await allowedFor({ Origin: 'https://b.example' })).toBe('https://b.example');
    expect(await allowedFor({ origin: 'https://a.example' })).toBe('https://a.example');
    expect(await allowedFor({ Origin: 'https://c.example' })).toBe('*');
    expect(await allowedFor({})).toBe('*');
  });

  it('fills the template of a MOCK integration with the request, its context and the variables of the stage', async () => {
    const template =
      '#set($context.responseOverride.status = 418){"q":"$input.params(\'q\')","m":"$context.httpMethod","ip":"$context.identity.sourceIp","s":"$stageVariables.tenant"}';
    const definition = { ...apiDefinition([preflightWith(template)]), stageVariables: { tenant: 'a' } };
    const api = await servedApi(definition);
    const response = await call(api.url, 'OPTIONS', '/api/orders?q=1');
    expect(response.status).toBe(418);
    expect(JSON.parse(response.text)).toEqual({ q: '1', m: 'OPTIONS', ip: '127.0.0.1', s: 'a' });
  });

  it('responds with 500 to a route whose MOCK integration names no status, as the CDK makes one beside a proxy', async () => {
    const root: RouteDefinition = {
      httpMethod: 'ANY',
      resourcePath: '/',
      integration: { type: 'MOCK', requestTemplates: {}, responses: [] },
    };
    const api = await servedApi(apiDefinition([root, lambdaRoute('ANY', '/{proxy+}')]));
    const { status, text } = await call(api.url, 'GET', '/');
    expect([status, text]).toEqual([500, '{"message":"Internal server error"}']);
    expect((await call(api.url, 'GET', '/things')).status).toBe(200);
  });

  it.each([
    ['#if($a', /Parse error/],
    ["$input.path('$.a')", /without \$input\.path/],
    ["$util.escapeJavaScript('a')", /without \$util\.escapeJavaScript/],
    ['$unknown', /without \$unknown/],
  ])('does not start with a MOCK integration whose template cannot run here: %s', async (template, message) => {
    await expect(servedApi(apiDefinition([preflightWith(template)]))).rejects.toThrow(message);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'HEAD', 'TRACE', 'OPTIONS', 'PROPFIND'])(
    'responds to %s on a route without it as on a path that does not exist',
    async (method) => {
      const api = await servedApi(apiDefinition([lambdaRoute('POST', '/orders'), lambdaRoute('GET', '/orders/{id}')]));
      for (const path of ['/orders', '/orders/17', '/nothing']) {
        const { status, headers, text } = await call(api.url, method, path);
        expect([status, headers['x-amzn-errortype']]).toEqual([403, 'MissingAuthenticationTokenException']);
        expect(text).toBe(method === 'HEAD' ? '' : '{"message":"Missing Authentication Token"}');
      }
    },
  );

  it('refuses a port that is taken', async () => {
    const { port } = await servedApi(apiDefinition([]));
    const again = startRestApi({ ...apiOptions(apiDefinition([])), port });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('survives a client that leaves in the middle of its request', async () => {
    const api = await servedApi(apiDefinition([lambdaRoute('POST', '/api/orders')]));
    await new Promise<void>((resolve) => {
      const socket = connect(api.port, '127.0.0.1', () => {
        socket.write('POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf', () =>
          socket.destroy(),
        );
      });
      socket.once('close', () => resolve());
    });
    expect((await call(api.url, 'POST', '/api/orders')).status).toBe(200);
  });

  it('aborts an invocation when it stops waiting', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/', 50)]), (name, _payload, options) => {
      expect(name).toBe(FUNCTION_ARN);
      options?.signal?.addEventListener('abort', () => resolve());
      return new Promise(() => {});
    });
    expect((await call(api.url, 'GET', '/')).status).toBe(504);
    await aborted;
  });

  it('waits for a function that is debugged beyond the limit', async () => {
    const { promise: result, resolve } = Promise.withResolvers<InvokeResult>();
    const functions = {
      invoke: () => result,
      definitionOf: () => ({ label: 'orders', codeDir: '', inspectorPort: 9229 }),
    };
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/', 50)]), undefined, { functions });
    const response = call(api.url, 'GET', '/');
    await new Promise((over) => setTimeout(over, 500));
    resolve({ requestId: 'id', executedVersion: '1', payload: JSON.stringify({ statusCode: 201, body: '{}' }) });
    expect((await response).status).toBe(201);
  });

  it('stops in bounded time, with a request under way and connections kept alive', async () => {
    const { promise: invoked, resolve } = Promise.withResolvers<void>();
    const api = await servedApi(apiDefinition([lambdaRoute('GET', '/')]), () => {
      resolve();
      return new Promise(() => {});
    });
    const cut = call(api.url, 'GET', '/').catch((error: Error) => error);
    await invoked;
    const start = performance.now();
    await api.stop();
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(await cut).toBeInstanceOf(Error);
  });
});
