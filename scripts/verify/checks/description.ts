import * as z from 'zod';
import { expectJson, expectThat } from '../expectations.ts';
import type { Suite } from '../suite.ts';

const ROUTES = [
  ['/api/orders', 'get'],
  ['/api/orders', 'post'],
  ['/api/orders/{id}', 'get'],
  ['/api/orders/{id}/receipt', 'get'],
  ['/api/openapi.json', 'get'],
  ['/health', 'get'],
] as const;

const description = z.looseObject({
  openapi: z.string().startsWith('3.1.'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** `GET /api/openapi.json` */
export async function checkDescription({ api, check }: Suite): Promise<void> {
  await check('GET /api/openapi.json describes every route', async () => {
    const { paths } = expectJson(await api.get('/api/openapi.json', { token: null }), 200, description);
    const missing = ROUTES.filter(([path, method]) => paths[path]?.[method] === undefined);
    const named = missing.map(([path, method]) => `${method.toUpperCase()} ${path}`);
    expectThat(missing.length === 0, 'all routes of the contract', () => `none for ${named.join(', ')}`);
  });
}
