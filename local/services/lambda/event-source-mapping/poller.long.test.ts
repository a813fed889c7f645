import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestKafka } from '../../../../tests/support/engines.ts';
import { inTime } from '../../../../tests/support/in-time.ts';
import { pollersOn } from './kafka-fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'poller-'));
let broker: Awaited<ReturnType<typeof startTestKafka>>;

beforeAll(async () => {
  broker = await startTestKafka(dir);
});
afterAll(async () => {
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('an event source mapping resumes by itself after the broker was away, and stops in bounded time while it is', async () => {
  const { plaintextPort } = broker;
  const { newTopic, poll } = pollersOn(plaintextPort);
  const { topic, produce } = await newTopic(1);
  const poller = await poll(topic);
  await produce(0, 'before');
  await expect.poll(poller.values).toEqual(['before']);

  await broker.stop();
  broker = await startTestKafka(dir, { plaintextPort });
  await produce(0, 'after');
  await expect.poll(poller.values, { timeout: 60_000 }).toContain('after');

  await broker.stop();
  await inTime(9_000, poller.stop());
});
