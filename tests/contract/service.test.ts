import { describe, expect } from 'vitest';
import * as z from 'zod';
import { deployment, it } from './deployment.ts';
import { expectJson, expectListed, expectStatus, healthy, ROUTES } from './expectations.ts';

const openApi = z.object({
  openapi: z.string().startsWith('3.1.'),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

describe('the service', () => {
  it('GET /health reports every part up, without a token', async ({ api }) => {
    expectJson(await api.get('/health', { token: null }), 200, healthy);
  });

  it('GET /api/openapi.json describes every route, without a token', async ({ api }) => {
    const { paths } = expectJson(await api.get('/api/openapi.json', { token: null }), 200, openApi);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const expected = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(described).toEqual(expect.arrayContaining(expected));
    if (deployment.sameVersion) expect(described.sort(), 'ROUTES lists every route').toEqual(expected.sort());
  });

  it.for(['/api/orders', '/api/orders/018f0000-0000-7000-8000-000000000000', '/health'])(
    'OPTIONS %s allows a browser on any origin to call the API',
    async (path, { api }) => {
      const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'GET' };
      const response = await api.send('OPTIONS', path, { headers, token: null });
      expectStatus(response, 200, 204);
      expectListed(response, 'access-control-allow-methods', ['get', 'post', 'options']);
      expectListed(response, 'access-control-allow-headers', ['content-type', 'idempotency-key', 'authorization']);
    },
  );
});
