import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CONNECTIONS_PER_SHARD } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { type Json, properties } from '../testing/inspect.ts';
import { type Part, templatesOf } from '../testing/templates.ts';
import { CONNECTIONS_OF_OTHERS, FUNCTION_FOLDERS, reserveConcurrency, WITHOUT_SHARDS } from './concurrency.ts';
import { readConfig } from './config.ts';
import { type FunctionFolder, maxConnections, STAGES, type Stage } from './stage.ts';

describe.each(['dev', 'prod'] as const)('in %s', (name) => {
  const folderOf = ({ FunctionName }: Json): string => FunctionName.replace(`orderflow-${name}-`, '');
  const functions = functionsOf(templatesOf(STAGE_CONTEXTS[name]));
  const clients = functions.filter(({ Environment }) => Environment.Variables.SHARD_MAP !== undefined);

  it('all functions that sign in to shards, at their busiest, leave connections to others', () => {
    expect(clients.map(folderOf).sort()).toEqual(
      FUNCTION_FOLDERS.filter((each) => !WITHOUT_SHARDS.includes(each)).sort(),
    );
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
    expect(reserveConcurrency(dev, 83).concurrency).toBeUndefined();
    expect(() => reserveConcurrency(dev, 84)).toThrow(UserError);
  });
});

describe('context "concurrency"', () => {
  it('gives some functions other reservations, as text or as an object, and leaves the others', () => {
    for (const concurrency of ['{"overview":6}', { overview: 6 }]) {
      expect(readConfig({ concurrency }).stage.concurrency).toEqual({ ...STAGES.dev.concurrency, overview: 6 });
    }
    expect(readConfig({ concurrency: 'stage' }).stage).toEqual(STAGES.dev);
  });

  it('may reserve nothing at all', () => {
    const functions = functionsOf(templatesOf({ concurrency: 'none' }));
    expect(functions).not.toHaveLength(0);
    for (const each of functions) expect(each).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('is refused where it would exhaust the connections of a shard, and not for functions that have none', () => {
    expect(() => readConfig({ concurrency: { overview: 7 } })).toThrow(
      'Context "concurrency": the functions could open 91 connections to a shard, those of others included, and a ' +
        'db.t4g.micro takes 90; lower the numbers of some.',
    );
    expect(readConfig({ concurrency: { 'consume-orders': 100 } }).stage.concurrency?.['consume-orders']).toBe(100);
  });

  it.each([
    [
      'all',
      ': must be stage, none, or a JSON object of whole numbers such as {"list-orders":10}, for some of create-order, ',
    ],
    ['7', ': must be stage, none, or a JSON object'],
    ['{"overwiev":9}', ': must be stage, none, or a JSON object'],
    ['{"overview":0}', ' at overview: must be a whole number of executions, at least 1; got "{'],
    ['{"overview":1.5}', ': must be stage, none, or a JSON object of whole numbers'],
  ])('is not %s', (concurrency, message) => {
    expect(() => readConfig({ concurrency })).toThrow(`Context "concurrency"${message}`);
  });
});

/** The functions of ours, in all stacks. */
function functionsOf(stacks: Record<Part, Template>): Json[] {
  return Object.values(stacks)
    .flatMap((template) => properties(template, 'AWS::Lambda::Function'))
    .filter(({ FunctionName }) => FunctionName !== undefined);
}
