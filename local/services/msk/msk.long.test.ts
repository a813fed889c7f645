import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestMsk } from '../../../tests/support/engines.ts';
import { createTopic } from '../../../tests/support/topics.ts';
import { consume, mskClient, operatorClient, send } from './msk-fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'msk-'));
let msk: Awaited<ReturnType<typeof startTestMsk>>;

beforeAll(async () => {
  msk = await startTestMsk(dir);
});
afterAll(async () => {
  await msk?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('Kafka behind the sign-in listener', () => {
  it('lets clients go on by themselves after the broker was killed', async () => {
    await createTopic(operatorClient(msk.access), 'survivors', 1);
    const received = await consume(mskClient(msk.access), 'survivors');
    const producer = mskClient(msk.access).producer({ retry: { retries: 200, maxRetryTime: 1_000 } });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    await producer.send({ topic: 'survivors', messages: [{ value: 'before' }] });
    // A member that is still joining has to wait for the broker to give up its first attempt.
    await expect.poll(() => received).toContain('before');
    const pid = msk.broker.pid as number;
    process.kill(pid, 'SIGKILL');
    await producer.send({ topic: 'survivors', messages: [{ value: 'after' }] });
    expect(msk.broker.pid).not.toBe(pid);
    await expect.poll(() => received, { timeout: 120_000 }).toContain('after');
  });

  it('keeps its records over a stop', async () => {
    await createTopic(operatorClient(msk.access), 'kept', 1);
    await send(mskClient(msk.access), 'kept', 'still here');
    const { plaintextPort, saslAdvertisedPort, saslPort } = msk.broker;
    await msk.stop();
    msk = await startTestMsk(dir, { plaintextPort, saslAdvertisedPort });
    expect(msk.broker.saslPort).not.toBe(saslPort);
    const received = await consume(mskClient(msk.access), 'kept');
    await expect.poll(() => received).toEqual(['still here']);
  });
});
