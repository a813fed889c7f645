import { describe, expect, it } from 'vitest';
import { CONNECTIONS_OF_OTHERS } from './config/concurrency.ts';
import { maxConnections, STAGES } from './config/stage.ts';
import { SPLIT, STAGE_CONTEXTS } from './example-contexts.ts';
import { type Json, properties } from './testing/inspect.ts';
import { templatesOf } from './testing/templates.ts';

/** As long as bounds can be, and as many shards as there can be. */
const WIDEST = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter, index) => ({
  id: index + 1,
  from: index === 0 ? letter : `${letter}AA`,
  to: letter === 'Z' ? 'Z__' : `${String.fromCharCode(letter.charCodeAt(0) + 1)}A9`,
}));
const WIDEST_NEXT = WIDEST.map(({ id, from, to }) => ({
  id,
  from: from === 'A' ? from : from.replace(/A$/, 'B'),
  to: to.replace(/A9$/, 'AA'),
}));

describe.each(['dev', 'prod'] as const)('a next map in %s', (stage) => {
  const before = resourcesOf(STAGE_CONTEXTS[stage]);
  const during = resourcesOf({ ...STAGE_CONTEXTS[stage], ...SPLIT });
  const after = resourcesOf({ ...STAGE_CONTEXTS[stage], shards: SPLIT.nextShards });

  it('takes nothing away, and adds a shard with its secrets, their rotation, and what watches it', () => {
    expect(Object.keys(before).filter((id) => !(id in during))).toEqual([]);
    const added = Object.keys(during).filter((id) => !(id in before));
    expect(typesOf(during, added)).toEqual(ADDED);
  });

  it('changes what the functions know and may read, the partitions of confirmations, the page and the dashboard', () => {
    const changed = Object.keys(before).filter((id) => !isSame(before[id], during[id]));
    expect([...new Set(typesOf(before, changed))]).toEqual(CHANGED);
  });

  it('leaves databases and brokers that are there as they are', () => {
    for (const [id, resource] of Object.entries(before)) {
      if (/^AWS::(RDS|MSK::Cluster|SecretsManager|EC2)/.test(resource.Type)) expect(during[id], id).toEqual(resource);
    }
  });

  it('gives functions the rights and the ways that the map has when it is the present one', () => {
    const rights = (resources: Resources) => Object.entries(resources).filter(([, { Type }]) => /IAM|EC2/.test(Type));
    expect(Object.fromEntries(rights(during))).toEqual(Object.fromEntries(rights(after)));
  });

  it('opens no more connections to a shard than it takes', () => {
    const { concurrency, database } = STAGES[stage];
    const functions = functionsOf({ ...STAGE_CONTEXTS[stage], ...SPLIT });
    const clients = functions.filter(({ Environment }) => Environment.Variables.SHARD_MAP !== undefined);
    const most = clients.reduce((sum, { ReservedConcurrentExecutions }) => sum + ReservedConcurrentExecutions, 0);
    expect(most).toBeGreaterThan(0);
    expect(concurrency).toBeDefined();
    expect(most + CONNECTIONS_OF_OTHERS).toBeLessThanOrEqual(maxConnections(database));
  });
});

it('the largest two maps fit the 4 KB that Lambda allows for all variables of a function', () => {
  const functions = functionsOf({ ...STAGE_CONTEXTS.prod, shards: WIDEST, nextShards: WIDEST_NEXT });
  const clients = functions.filter(({ Environment }) => Environment?.Variables.SHARD_MAP !== undefined);
  expect(clients.length).toBeGreaterThan(5);
  for (const { FunctionName, Environment } of clients) {
    expect(JSON.parse(Environment.Variables.SHARD_MAP)).toHaveLength(26);
    expect(Buffer.byteLength(JSON.stringify(Environment.Variables)), FunctionName).toBeLessThan(4096);
  }
});

type Resources = Readonly<Record<string, Json>>;

/** The same in both stages: the stack and the type of each resource. */
const ADDED = [
  ...Array(3).fill('Observability: AWS::CloudWatch::Alarm'),
  'Shards: AWS::Logs::LogGroup',
  'Shards: AWS::RDS::DBInstance',
  ...['ResourcePolicy', 'RotationSchedule', 'Secret', 'SecretTargetAttachment'].flatMap((type) =>
    Array(3).fill(`Shards: AWS::SecretsManager::${type}`),
  ),
];
const CHANGED = [
  'Frontend: Custom::CDKBucketDeployment',
  'Observability: AWS::CloudWatch::Dashboard',
  'Orders: AWS::IAM::Policy',
  'Orders: AWS::Lambda::Alias',
  'Orders: AWS::Lambda::Function',
  'Shards: AWS::IAM::Policy',
  'Shards: AWS::Lambda::Alias',
  'Shards: AWS::Lambda::Function',
  'Shards: Custom::Trigger',
  'Stream: AWS::MSK::Topic',
];

/** Of all stacks, by stack and logical id. */
function resourcesOf(context: Readonly<Record<string, unknown>>): Resources {
  return Object.fromEntries(
    Object.entries(templatesOf(context)).flatMap(([part, template]) =>
      Object.entries(template.toJSON().Resources).map(([id, resource]) => [
        // A version is named by what it is made of.
        `${part}/${id.replace(/(CurrentVersion\w{8})\w{32}$/, '$1')}`,
        resource,
      ]),
    ),
  );
}

function functionsOf(context: Readonly<Record<string, unknown>>): Json[] {
  return Object.values(templatesOf(context))
    .flatMap((template) => properties(template, 'AWS::Lambda::Function'))
    .filter(({ FunctionName }) => FunctionName !== undefined);
}

function typesOf(resources: Resources, ids: readonly string[]): string[] {
  return ids.map((id) => `${id.split('/')[0]}: ${resources[id].Type}`).sort();
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
