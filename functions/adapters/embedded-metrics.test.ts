import { describe, expect, it } from 'vitest';
import { MemoryLog } from '../testing/ports.ts';
import { EmbeddedMetrics } from './embedded-metrics.ts';

const NOW = new Date(1_700_000_000_000);

function record(...recorded: Parameters<EmbeddedMetrics['record']>) {
  const log = new MemoryLog();
  new EmbeddedMetrics(log, 'prod', () => NOW).record(...recorded);
  return log.lines;
}

describe('embedded metrics', () => {
  it('make a line of the log count for the stage', () => {
    expect(record('events were rejected', { RejectedEvents: 3 })).toEqual([
      {
        level: 'info',
        message: 'events were rejected',
        fields: {
          _aws: {
            Timestamp: 1_700_000_000_000,
            CloudWatchMetrics: [
              {
                Namespace: 'OrderFlow',
                Dimensions: [['Stage']],
                Metrics: [{ Name: 'RejectedEvents', Unit: 'Count' }],
              },
            ],
          },
          Stage: 'prod',
          RejectedEvents: 3,
        },
      },
    ]);
  });

  it('make it count for the shard too that it is about', () => {
    const values = { OrdersCreated: 1, Revenue: 299.98, DeliveryLagSeconds: [0.05, 1.5] };
    const [line] = record('order created', values, { orderId: 'one', shard: 'shard2' });
    expect(line?.fields).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Dimensions: [['Stage'], ['Stage', 'Shard']],
            Metrics: [
              { Name: 'OrdersCreated', Unit: 'Count' },
              { Name: 'Revenue', Unit: 'None' },
              { Name: 'DeliveryLagSeconds', Unit: 'Seconds' },
            ],
          },
        ],
      },
      Stage: 'prod',
      Shard: 'shard2',
      orderId: 'one',
      shard: 'shard2',
      ...values,
    });
  });

  it('have at most a hundred values in a line, which is what CloudWatch takes', () => {
    const lags = Array.from({ length: 250 }, (_, n) => n);
    const lines = record('outbox relayed', { Relayed: 250, DeliveryLagSeconds: lags }, { shard: 'shard1' });
    expect(lines.map(({ fields }) => fields?.Relayed)).toEqual([250, undefined, undefined]);
    expect(lines.map(({ fields }) => fields?.DeliveryLagSeconds)).toEqual([
      lags.slice(0, 100),
      lags.slice(100, 200),
      lags.slice(200),
    ]);
  });

  it('are left out of a line that has no values', () => {
    expect(record('outbox relayed', { DeliveryLagSeconds: [] }, { shard: 'shard1' })).toEqual([
      { level: 'info', message: 'outbox relayed', fields: { shard: 'shard1' } },
    ]);
  });
});
