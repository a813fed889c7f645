import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CONNECTIONS_PER_SHARD } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { type Json, properties } from '../testing/inspect.ts';
import { type Part, templatesOf } from '../testing/templates.ts';
import { CONNECTIONS_OF_OTHERS, reserveConcurrency } from './concurrency.ts';
import { type FunctionFolder, maxConnections, STAGES, type Stage } from './stage.ts';

const WITHOUT_SHARDS = ['describe-api', 'authorizer', 'consume-orders', 'dlt'];

describe.each(['dev', 'prod'] as const)('in %s', (name) => {
  const folders = Object.keys(STAGES[name].concurrency ?? {});
  const folderOf = ({ FunctionName }: Json): string => FunctionName.replace(`orderflow-${name}-`, '');
  const functions = functionsOf(templatesOf(STAGE_CONTEXTS[name]));
  const clients = functions.filter(({ Environment }) => Environment.Variables.SHARD_MAP !== undefined);

  it('all functions that sign in to shards, at their busiest, leave connections to others', () => {
    expect(clients.map(folderOf).sort()).toEqual(folders.filter((each) => !WITHOUT_SHARDS.includes(each)).sort());
    for (const { ReservedConcurrentExecutions } of clients) expect(ReservedConcurrentExecutions).toBeGreaterThan(0);
    const atMost = clients.reduce((sum, each) => sum + each.ReservedConcurrentExecutions * CONNECTIONS_PER_SHARD, 0);
    expect(atMost + CONNECTIONS_OF_OTHERS).toBeLessThanOrEqual(maxConnections(STAGES[name].database));
  });

  it('no function takes the executions of another', () => {
    expect(functions.length).toBeGreaterThan(clients.length);
    for (const fn of functions) {
      expect(fn.ReservedConcurrentExecutions, fn.FunctionName).toBeGreaterThan(0);
      expect(fn.ReservedConcurrentExecutions).toBe(STAGES[name].concurrency?.[folderOf(fn) as FunctionFolder]);
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
  const reservedIn = ({ concurrency }: Stage) =>
    Object.values<number>(concurrency ?? {}).reduce((sum, n) => sum + n, 0);

  it('stays as it is while the quota has room for it and for 100 more', () => {
    expect(reserveConcurrency(dev, reservedIn(dev) + 100)).toBe(dev);
    expect(reserveConcurrency(prod, reservedIn(prod) + 100)).toBe(prod);
  });

  it('is refused above the quota less 100, with what to ask for', () => {
    const reserved = reservedIn(dev);
    const quota = reserved + 99;
    expect(() => reserveConcurrency(dev, quota)).toThrow(UserError);
    expect(() => reserveConcurrency(dev, quota)).toThrow(
      `Context "lambdaConcurrencyQuota": dev reserves ${reserved} concurrent executions for its functions and Lambda ` +
        `keeps 100 for others, but the quota is ${quota}; request ${quota + 1} "Concurrent executions" in Service ` +
        'Quotas and pass the new value.',
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
