import { describe, expect, it } from 'vitest';
import { CONNECTIONS_OF_OTHERS, WITHOUT_SHARDS } from '../../../infra/config/concurrency.ts';
import { STAGES } from '../../../infra/config/stage.ts';
import { dollarsAt, keptDollars } from './dollars.ts';
import { needsAt } from './needs.ts';

describe('what a thousand orders a second need', () => {
  const needs = needsAt(1_000);

  it('is twice the executions that are under way on the mean', () => {
    // 3.2 ms on 512/1,769 of a processor, and 22 ms of waiting.
    expect(needs.createMs).toBeCloseTo(33.06, 2);
    expect(needs.creates).toBe(67);
  });

  it('is two shards of the class of prod, whose connections suffice', () => {
    expect(needs.processors).toBe(3);
    expect(needs.shards).toMatchObject({ count: 2, instance: { size: 'large' } });
    // The 67, one for each of two partitions of confirmations, and those that prod reserves for all others.
    const { 'create-order': _creates, 'confirm-orders': _confirms, ...others } = STAGES.prod.concurrency ?? {};
    const reserved = Object.entries(others).filter(([folder]) => !WITHOUT_SHARDS.some((each) => each === folder));
    const ofOthers = reserved.reduce((sum, [, each]) => sum + each, CONNECTIONS_OF_OTHERS);
    expect(needs.connections).toEqual({ open: 67 + 2 + ofOthers, allowed: 720 });
  });

  it('keeps an event for as long as 40 % of a disk takes it', () => {
    expect(needs.hoursOfEvents).toBeCloseTo((0.4 * 100 * 1024 ** 3) / (1_000 * 516) / 3_600, 6);
  });
});

describe('a greater rate', () => {
  it('needs larger instances where the connections ask for them, though more shards would compute enough', () => {
    expect(needsAt(10_000).shards).toMatchObject({ instance: { size: 'xlarge' } });
  });

  it('needs more memory of consumers where a shard confirms more than one batch at a time can', () => {
    expect([1_000, 10_000].map((rate) => needsAt(rate).consumerMb)).toEqual([256, 512]);
  });

  it('ends where no class takes the connections, which is told', () => {
    const { connections, shards } = needsAt(100_000);
    expect(connections.open).toBeGreaterThan(connections.allowed);
    expect(shards.count).toBeLessThanOrEqual(26);
  });

  it('costs less for each order, by the tiers of prices', () => {
    const each = [1_000, 10_000, 100_000].map((rate) => {
      const needs = needsAt(rate);
      return Object.values(dollarsAt(needs)).reduce((sum, part) => sum + part, 0) / needs.ordersAMonth;
    });
    expect(each).toEqual(each.toSorted((a, b) => b - a));
  });

  it('costs as many times more to keep', () => {
    expect(keptDollars(needsAt(10_000))).toBeCloseTo(10 * keptDollars(needsAt(1_000)), 6);
  });
});
