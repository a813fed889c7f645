import { describe, expect, it, vi } from 'vitest';
import { httpHandler } from '../http/pipeline.ts';
import { call } from '../testing/api-request.ts';
import { MemoryLog } from '../testing/ports.ts';
import type { Part } from './check-health.ts';
import { healthEndpoint } from './endpoint.ts';

const up = (name: string): Part => ({ name, check: async () => undefined });
const down = (name: string): Part => ({
  name,
  check: async () => {
    throw new Error('connection refused');
  },
});
const hanging = (name: string): Part => ({ name, check: () => new Promise(() => undefined) });

function health(...parts: Part[]) {
  const log = new MemoryLog();
  return call(httpHandler(log, healthEndpoint(parts, log)), {});
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
