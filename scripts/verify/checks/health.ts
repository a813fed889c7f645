import { healthy } from '../contract.ts';
import { expectJson } from '../expectations.ts';
import type { Suite } from '../suite.ts';

/** `GET /health` */
export async function checkHealth({ api, check }: Suite): Promise<void> {
  await check('GET /health finds every part up', async () => {
    expectJson(await api.get('/health', { token: null }), 200, healthy);
  });
}
