import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Part } from '../domain/health.ts';
import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import { httpHandler } from '../http/pipeline.ts';
import { call } from '../testing/api-request.ts';
import { MemoryPartHistory } from '../testing/memory-part-history.ts';
import { MemoryLog } from '../testing/ports.ts';
import { healthEndpoint } from './endpoint.ts';

const up = (name: string): Part => ({ name, check: async () => undefined });
const down = (name: string): Part => ({
  name,
  check: async () => {
    throw new Error('connection refused');
  },
});
const hanging = (name: string): Part => ({ name, check: () => new Promise(() => undefined) });

let history = new MemoryPartHistory();
beforeEach(() => {
  history = new MemoryPartHistory();
});

function health(...parts: Part[]) {
  const log = new MemoryLog();
  return call(httpHandler(log, healthEndpoint({ parts, shards: DEFAULT_SHARD_MAP, history, log })), {});
}

describe('GET /health', () => {
  it('is healthy when every part responds', async () => {
    const { statusCode, body } = await health(up('shard1'), up('kafka'));
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      status: 'healthy',
      service: 'orderflow-producer',
      checks: { shard1: 'up', kafka: 'up' },
    });
  });

  it('says which part is down', async () => {
    const { statusCode, headers, body } = await health(up('shard1'), down('kafka'));
    expect([statusCode, headers['Retry-After']]).toEqual([503, '5']);
    expect(body).toEqual({
      status: 'unhealthy',
      service: 'orderflow-producer',
      checks: { shard1: 'up', kafka: 'down' },
      error: 'These parts are not responding: kafka.',
    });
  });

  it('has every shard that is up note what went down', async () => {
    await health(up('shard1'), down('shard2'), down('kafka'));
    expect(Object.keys(history.noted)).toEqual(['shard1']);
    expect(history.noted.shard1?.map(({ part, up }) => [part, up])).toEqual([
      ['shard2', false],
      ['kafka', false],
    ]);
  });

  it('responds when no shard can note anything', async () => {
    history.unavailable.add('shard1').add('shard2');
    expect((await health(up('shard1'), up('kafka'))).statusCode).toBe(200);
  });

  it('waits no longer than a second for all parts together', async () => {
    vi.useFakeTimers();
    try {
      const response = health(hanging('shard1'), hanging('shard2'), up('kafka'));
      await vi.advanceTimersByTimeAsync(1_000);
      expect((await response).body.checks).toEqual({ shard1: 'down', shard2: 'down', kafka: 'up' });
    } finally {
      vi.useRealTimers();
    }
  });
});
