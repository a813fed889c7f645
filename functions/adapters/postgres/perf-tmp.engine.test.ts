import { afterAll, beforeAll, it } from 'vitest';
import { SHARD, ShardServer } from '../../../tests/shard-server.ts';
import { anOrder } from '../../testing/orders.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { PostgresOutbox } from './outbox.ts';
import { PostgresOrderWriter } from './order-writer.ts';
import { BACKGROUND_LIMITS, ShardDatabases } from './shard-databases.ts';
let server: ShardServer;
beforeAll(async () => { server = await ShardServer.start(); });
afterAll(() => server?.stop());
it('perf', async () => {
  await server.sql(`WITH o AS (INSERT INTO orders SELECT gen_random_uuid(), 'user' || (n % 30000), 'x', 1, 1, 'created', now() - interval '1 hour', now() FROM generate_series(1, 200000) n RETURNING id, user_id) INSERT INTO outbox (order_id, user_id, created_at) SELECT id, user_id, now() + interval '1 microsecond' * (random()*1e6)::int FROM o LIMIT 100000`);
  const db = new ShardDatabases([SHARD], server.secrets(), new MemoryLog(), { ...BACKGROUND_LIMITS, statement: 60000, total: 60000 });
  const outbox = new PostgresOutbox(db);
  const t = async (name: string, f: () => Promise<unknown>) => { const s = performance.now(); const r = await f(); console.log(name, Math.round(performance.now() - s), 'ms', Array.isArray(r) ? r.length : r); return r as never; };
  for (const stats of ['nostats', 'analyzed']) {
    if (stats === 'analyzed') await server.sql('ANALYZE');
    console.log(stats);
    for (let i = 0; i < 3; i++) { const b: any[] = await t('claim', () => outbox.claim(SHARD)); await t('settle', () => outbox.settleAll(SHARD, b.map((x) => ({ ...x, delivered: { receipt: true, event: true } })))); }
    await t('age', () => outbox.oldestAgeSeconds(SHARD));
    const w = new PostgresOrderWriter(db);
    for (let i = 0; i < 3; i++) await t('place', () => w.place(SHARD, anOrder({ id: `019d0f2e-7b5c-7000-8000-0000000${stats.length}000${i}`, userId: 'user5' }), 'k' + i + stats));
    for (let i = 0; i < 3; i++) await t('renew', () => outbox.renewUnconfirmed(SHARD, 10));
  }
  await server.sql("UPDATE outbox SET due_at = now() + interval '1 hour'");
  for (let i = 0; i < 3; i++) await t('claim none', () => outbox.claim(SHARD));
  await server.sql("UPDATE orders SET renewed_at = now()");
  for (let i = 0; i < 3; i++) await t('renew none', () => outbox.renewUnconfirmed(SHARD, 10));
}, 120_000);
