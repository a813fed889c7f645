import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CONNECTIONS_PER_SHARD } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { type Json, properties } from '../testing/inspect.ts';
import { type Part, templatesOf } from '../testing/templates.ts';
import { CONNECTIONS_OF_OTHERS, reserveConcurrency } from './concurrency.ts';
import { maxConnections, STAGES } from './stage.ts';

describe.each(['dev', 'prod'] as const)('in %s', (name) => {
  const functions = functionsOf(templatesOf(STAGE_CONTEXTS[name]));
  const clients = functions.filter(({ Environment }) => Environment.Variables.SHARD_MAP !== undefined);

  it('all functions that sign in to shards, at their busiest, leave connections to others', () => {
    expect(clients).toHaveLength(8);
    for (const { ReservedConcurrentExecutions } of clients) expect(ReservedConcurrentExecutions).toBeGreaterThan(0);
    const atMost = clients.reduce((sum, each) => sum + each.ReservedConcurrentExecutions * CONNECTIONS_PER_SHARD, 0);
    expect(atMost + CONNECTIONS_OF_OTHERS).toBeLessThanOrEqual(maxConnections(STAGES[name].database));
  });

  it('no function takes the executions of another', () => {
    expect(functions.length).toBeGreaterThan(clients.length);
    for (const { FunctionName, ReservedConcurrentExecutions } of functions) {
      expect(ReservedConcurrentExecutions, FunctionName).toBeGreaterThan(0);
      const folder = FunctionName.replace(`orderflow-${name}-`, '') as keyof typeof STAGES.dev.concurrency;
      expect(ReservedConcurrentExecutions).toBe(STAGES[name].concurrency?.[folder]);
    }
  });
});

describe('max_connections', () => {
  // What RDS really gives these classes is between these and 112 or 901.
  it('is what RDS computes from four fifths of the memory', () => {
    expect(maxConnections(STAGES.dev.database)).toBe(90);
    expect(maxConnections(STAGES.prod.database)).toBe(720);
  });
});

describe('reserved concurrency', () => {
  const { dev, prod } = STAGES;

  it('stays as it is while the quota has room for it and for 100 more', () => {
    expect(reserveConcurrency(dev, 250)).toBe(dev);
    expect(reserveConcurrency(prod, 425)).toBe(prod);
  });

  it('is refused above the quota less 100, with what to ask for', () => {
    expect(() => reserveConcurrency(dev, 249)).toThrow(UserError);
    expect(() => reserveConcurrency(dev, 249)).toThrow(
      'Context "lambdaConcurrencyQuota": dev reserves 150 concurrent executions for its functions and Lambda keeps 100 ' +
        'for others, but the quota is 249; request 250 "Concurrent executions" in Service Quotas and pass the new value.',
    );
  });

  it('is not needed where all of the quota together cannot exhaust a shard, as in a new account', () => {
    const functions = functionsOf(templatesOf({ lambdaConcurrencyQuota: '10' }));
    expect(functions).not.toHaveLength(0);
    for (const each of functions) expect(each).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(reserveConcurrency(dev, 84).concurrency).toBeUndefined();
    expect(() => reserveConcurrency(dev, 85)).toThrow(UserError);
  });
});

/** The functions of ours, in all stacks. */
function functionsOf(stacks: Record<Part, Template>): Json[] {
  return Object.values(stacks)
    .flatMap((template) => properties(template, 'AWS::Lambda::Function'))
    .filter(({ FunctionName }) => FunctionName !== undefined);
}
