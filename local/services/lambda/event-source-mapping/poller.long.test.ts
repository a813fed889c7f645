import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestKafka } from '../../../../tests/support/engines.ts';
import { inTime } from '../../../../tests/support/in-time.ts';
import { memoryLog } from '../../../../tooling/log-fixture.ts';
import { OK, pollersOn } from './kafka-fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'poller-'));
let broker: Awaited<ReturnType<typeof startTestKafka>>;

beforeAll(async () => {
  broker = await startTestKafka(dir);
});
afterAll(async () => {
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function restart(whileDown: () => void = () => {}): Promise<void> {
  const { plaintextPort } = broker;
  await broker.stop();
  whileDown();
  broker = await startTestKafka(dir, { plaintextPort });
}

describe('an event source mapping', () => {
  it('resumes by itself after the broker was away, and stops in bounded time while it is', async () => {
    const { newTopic, poll } = pollersOn(broker.plaintextPort);
    const { topic, produce } = await newTopic(1);
    const poller = await poll(topic);
    await produce(0, 'before');
    await expect.poll(poller.values).toEqual(['before']);

    await restart();
    await produce(0, 'after');
    await expect.poll(poller.values, { timeout: 60_000 }).toContain('after');

    const { plaintextPort } = broker;
    await broker.stop();
    await inTime(9_000, poller.stop());
    broker = await startTestKafka(dir, { plaintextPort });
  });

  it('resumes by itself after the broker was frozen for longer than its session in the group', async () => {
    const { newTopic, poll } = pollersOn(broker.plaintextPort);
    const { topic, produce } = await newTopic(1);
    const poller = await poll(topic);
    await produce(0, 'before');
    await expect.poll(poller.values).toEqual(['before']);

    const pid = broker.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(broker.pid ?? 0, 'SIGCONT'));
    // Beyond the client's patience with a request, too.
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    process.kill(pid, 'SIGCONT');
    await produce(0, 'after');
    await expect.poll(poller.values, { timeout: 60_000 }).toContain('after');
  });

  it('delivers what is before a batch that cannot be read, and all other partitions, and what is behind it once it is deleted', async () => {
    const { connection, newTopic, poll } = pollersOn(broker.plaintextPort);
    const { topic, produce, send } = await newTopic(2);
    await produce(0, 'a', 'b');
    await send([{ partition: 0, value: Buffer.from('x'.repeat(10_000)) }], { compression: 'gzip' });
    await produce(1, 'c');
    await restart(() => damageLastBytes(join(dir, 'kafka/data', `${topic}-0`, `${'0'.repeat(20)}.log`)));

    const log = memoryLog();
    const poller = await poll(topic, async () => OK, {}, log);
    await expect.poll(() => poller.values().sort()).toEqual(['a', 'b', 'c']);
    const complaints = () => log.lines.filter((line) => line.startsWith('error'));
    await expect
      .poll(complaints)
      .toEqual([expect.stringContaining(`${topic}-0: the records at offset 2 cannot be read`)]);
    await produce(1, 'd');
    await expect.poll(poller.values).toContain('d');
    expect(complaints()).toHaveLength(1);

    const admin = new Admin(connection);
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 3n }] }] });
    await admin.close();
    await produce(0, 'e');
    await expect.poll(poller.values).toContain('e');
  });

  it('reads partitions that a topic gains while it runs', async () => {
    const { connection, newTopic, poll } = pollersOn(broker.plaintextPort);
    const { topic, produce } = await newTopic(1);
    const poller = await poll(topic);
    const admin = new Admin(connection);
    await admin.createPartitions({ topics: [{ name: topic, count: 2 }] });
    await admin.close();
    await expect
      .poll(() => produce(1, 'new').then(poller.values), { timeout: 90_000, interval: 2_000 })
      .toContain('new');
  });
});

function damageLastBytes(file: string): void {
  const log = readFileSync(file);
  const [end, length] = [log.length - 12, 12];
  log.fill(0xa5, end - length, end);
  writeFileSync(file, log);
}
