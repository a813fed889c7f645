import { expect, it } from 'vitest';
import { embeddedMetrics } from './embedded-metrics.ts';

it('makes a line of the log count as metrics of a dimension', () => {
  const fields = embeddedMetrics(
    { Relayed: { value: 3, unit: 'Count' }, Age: { value: 1.5, unit: 'Seconds' } },
    { Shard: 'shard1' },
    new Date(1_700_000_000_000),
  );
  expect(fields).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'OrderFlow',
          Dimensions: [['Shard']],
          Metrics: [
            { Name: 'Relayed', Unit: 'Count' },
            { Name: 'Age', Unit: 'Seconds' },
          ],
        },
      ],
    },
    Shard: 'shard1',
    Relayed: 3,
    Age: 1.5,
  });
});
