import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newUser } from '../support/api.ts';
import { invokeFunction, operatorKafka, produce, readTopic } from '../support/clients.ts';
import { eventOf } from '../support/events.ts';
import { runToEnd } from '../support/run.ts';

const addresses = inject('addresses');
const dataDir = inject('dataDir');
const PARTITION = 2;
const user = newUser('b');
const folder = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const POISON = {
  'not JSON': 'this is no JSON',
  'a wrong schema': JSON.stringify({ ...JSON.parse(eventOf(randomUUID(), user)), quantity: 'two' }),
  '900 KB': 'x'.repeat(900 * 1024),
};
const behind = randomUUID();
let firstOffset: number;

function idOf(index: number): string {
  return `orders-${PARTITION}-${firstOffset + index}`;
}

async function listed(): Promise<{ id: string; cause: unknown; size: number; value: string }[]> {
  return (await invokeFunction(addresses, 'dlt', { action: 'list' })).records;
}

function dlt(...args: string[]) {
  return runToEnd([...args, '--data-dir', dataDir], process.env, 'scripts/dlt/main.ts');
}

function confirmed(orderId: string) {
  return readTopic(addresses, 'order-confirmations', (all) => all.some(({ headers }) => headers.ce_id === orderId));
}

describe('records on `orders` that can never be processed', () => {
  beforeAll(async () => {
    const admin = operatorKafka(addresses).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets('orders');
    await admin.disconnect();
    firstOffset = Number(ends.find(({ partition }) => partition === PARTITION)?.high);
    const values = [...Object.values(POISON), eventOf(behind, user)];
    await produce(
      addresses,
      'orders',
      values.map((value) => ({ partition: PARTITION, key: user, value })),
    );
  });

  it('do not hold up what is behind them on their partition', async () => {
    await confirmed(behind);
  });

  it('land in orders-dlt, each with its cause', async () => {
    await expect.poll(async () => (await listed()).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    const records = await readTopic(addresses, 'orders-dlt', (all) => all.length >= 3);
    for (const { value } of records.slice(0, 3)) {
      const { requestContext, KafkaBatchInfo, payload } = JSON.parse(value);
      expect(requestContext.condition).toBe('RetriesExhausted');
      expect(KafkaBatchInfo.batchSize).toBe(1);
      expect(Object.keys(payload.records)).toEqual([`orders-${PARTITION}`]);
    }
  });

  it('are listed by the function and by the command', async () => {
    const records = await listed();
    for (const [index, value] of Object.values(POISON).entries()) {
      const record = records.find(({ id }) => id === idOf(index));
      expect(record).toMatchObject({ size: value.length, value: expect.any(String) });
      expect(JSON.stringify(record?.cause)).toContain('RetriesExhausted');
      expect(record?.value.length).toBeLessThan(3_000);
    }
    const { code, output } = await dlt('list');
    expect(code).toBe(0);
    for (const index of [0, 1, 2]) expect(output).toContain(idOf(index));
  });

  it('come through when they are replayed with a repaired value', async () => {
    const repaired = randomUUID();
    const file = join(folder, 'repaired.json');
    writeFileSync(file, eventOf(repaired, user));
    expect(await dlt('replay', idOf(1), '--value', file)).toMatchObject({ code: 0 });
    const confirmation = (await confirmed(repaired)).find(({ headers }) => headers.ce_id === repaired);
    expect(confirmation?.key).toBe(user);
    expect((await listed()).map(({ id }) => id)).not.toContain(idOf(1));
  });

  it('are gone from the list when they are dropped', async () => {
    expect(await dlt('drop', idOf(2))).toMatchObject({ code: 0 });
    const ids = (await listed()).map(({ id }) => id);
    expect(ids).not.toContain(idOf(2));
    expect(ids).toContain(idOf(0));
  });

  it('come back under another id when they are replayed unrepaired', async () => {
    expect(await dlt('replay', idOf(0))).toMatchObject({ code: 0 });
    const idsAgain = async () =>
      (await listed()).filter(({ value }) => value === POISON['not JSON']).map(({ id }) => id);
    await expect.poll(idsAgain).toEqual([expect.not.stringMatching(`^${idOf(0)}$`)]);
  });

  it('are listed beside whatever else is on the topic, and a record that Lambda left out can be replaced or dropped', async () => {
    const about = { KafkaBatchInfo: { recordInfo: { offset: '7' } }, timestamp: new Date().toISOString() };
    const leftOut = JSON.stringify({ ...about, requestContext: { condition: 'RetriesExhausted' } });
    const odd = { key: user, value: 'odd', timestamp: '-9000000000000000' };
    await produce(addresses, 'orders-dlt', [odd, { key: user, value: leftOut }]);
    const { code, output } = await dlt('list');
    expect(code, output).toBe(0);
    const id =
      /^(orders-dlt-\d+-\d+) .*\(missing\) Lambda wrote about the record with offset 7,/m.exec(output)?.[1] ?? '';
    const oddId = /^(orders-dlt-\d+-\d+) .* NotFromLambda .* odd$/m.exec(output)?.[1] ?? '';

    const refused = await dlt('replay', id);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/cannot be replayed as it was\..* Replay it with .* or drop it\.$/m);
    const orderId = randomUUID();
    const file = join(folder, 'own.json');
    writeFileSync(file, eventOf(orderId, user));
    expect(await dlt('replay', id, '--value', file)).toMatchObject({ code: 0 });
    expect((await confirmed(orderId)).find(({ headers }) => headers.ce_id === orderId)?.key).toBe(user);
    expect(await dlt('drop', oddId)).toMatchObject({ code: 0 });
    expect((await listed()).map((record) => record.id)).not.toEqual(expect.arrayContaining([id]));
  });

  it('must exist: an unknown id is an error in one sentence', async () => {
    const { code, output } = await dlt('replay', 'orders-0-999999999');
    expect(code).toBe(1);
    expect(output).toContain('orders-0-999999999');
    expect(output).not.toContain('    at ');
  });
});
