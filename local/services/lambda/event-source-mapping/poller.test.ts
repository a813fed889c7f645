import { expect, it } from 'vitest';
import { memoryLog } from '../../../../tooling/log-fixture.ts';
import { freePort } from '../../../../tooling/ports.ts';
import { plaintextKafka } from '../../msk/kafka-client.ts';
import { Poller } from './poller.ts';
import { mapping } from './poller-fixture.ts';

it.each([
  ['a broker that is not there', {}, 'ECONNREFUSED'],
  ['a group that no client accepts', { consumerGroupId: '' }, 'groupId'],
])(
  'a mapping that fails for ever lets the run start and end, and says why it fails: %s',
  async (_, overrides, reason) => {
    const log = memoryLog();
    const bootstrapServers = `127.0.0.1:${await freePort()}`;
    const poller = new Poller({
      mapping: mapping({ ...overrides, onFailureTopic: 'orders-dlt' }),
      kafka: plaintextKafka({ clientId: 'test', bootstrapServers }),
      bootstrapServers,
      invoke: () => Promise.reject(new Error('never called')),
      putObject: () => Promise.reject(new Error('never called')),
      log,
    });
    await poller.start();
    await expect.poll(() => log.lines.filter((line) => line.includes(reason)).length).toBeGreaterThan(1);
    await poller.stop();
  },
);
