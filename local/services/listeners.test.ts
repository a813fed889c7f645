import { describe, expect, it } from 'vitest';
import { stackOf } from '../assembly/deploy-fixture.ts';
import type { ResourceDeclaration } from '../assembly/template.ts';
import { settingsFixture } from '../settings-fixture.ts';
import { Listeners } from './listeners.ts';

const TYPE = 'AWS::RDS::DBInstance';
const database = (name?: unknown, path?: string) =>
  ({
    Type: TYPE,
    Properties: name === undefined ? {} : { DBName: name },
    ...(path === undefined ? {} : { Metadata: { 'aws:cdk:path': path } }),
  }) as ResourceDeclaration;

function listenersIn(resources: Record<string, Record<string, ResourceDeclaration>>, postgres = 5432) {
  const stacks = Object.entries(resources).map(([name, Resources]) =>
    stackOf(name, { Resources, Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } }),
  );
  const settings = settingsFixture('/data', { ports: { api: 0, site: 0, postgres, aws: 0, kafka: 0 } });
  return new Listeners({ stacks, settings }, 'postgres', ({ Type, Properties }) =>
    Type === TYPE ? Properties?.DBName : null,
  );
}

const portsOf = (listeners: Listeners) => listeners.claims().map(({ part, port }) => [part, port]);

describe('resources that listen', () => {
  it('get consecutive ports in the order of their names, whatever order the templates have', () => {
    const listeners = listenersIn({
      one: { A: database('shard10'), Vpc: { Type: 'AWS::EC2::VPC' } },
      two: { B: database('shard2'), C: database('shard1'), D: { ...database('shard0'), Condition: 'Never' } },
    });
    expect(portsOf(listeners)).toEqual([
      ['shard1', 5432],
      ['shard2', 5433],
      ['shard10', 5434],
    ]);
    expect(listeners.of({ stack: { name: 'two' }, logicalId: 'B' })).toEqual({ name: 'shard2', port: 5433 });
    expect(listeners.claims()[2]).toMatchObject({ flag: '--postgres-port' });
  });

  it('get any free port each when the setting is 0', () => {
    expect(portsOf(listenersIn({ app: { A: database('a'), B: database('b') } }, 0))).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  it('are called by their construct where the template has no name for them, and by their stack too where names are equal', () => {
    const listeners = listenersIn({
      one: { A1B2: database(undefined, 'one/Storage/Archive/Resource'), C3: database({ Ref: 'Name' }) },
      two: { D4: database('app'), E5: database('main') },
      three: { F6: database('app') },
    });
    expect(portsOf(listeners).map(([name]) => name)).toEqual(['C3', 'main', 'Storage-Archive', 'three-app', 'two-app']);
  });
});
