import { expect, it } from 'vitest';
import { deploy } from '../assembly/deploy.ts';
import { stackOf } from '../assembly/deploy-fixture.ts';
import { contextFixture } from './context-fixture.ts';
import { registry } from './index.ts';
import { databasePorts } from './rds.ts';

const database = (name: string) => ({ Type: 'AWS::RDS::DBInstance', Properties: { DBName: name } });

it('databases get consecutive ports in the order of their names, whatever order the templates have', () => {
  const stacks = [
    stackOf('one', { Resources: { A: database('shard10'), Vpc: { Type: 'AWS::EC2::VPC' } } }),
    stackOf('two', { Resources: { B: database('shard2'), C: database('shard1') } }),
  ];
  expect([...databasePorts(stacks, 5432)]).toEqual([
    ['shard1', 5432],
    ['shard2', 5433],
    ['shard10', 5434],
  ]);
  expect(databasePorts(stacks, 0).get('shard2')).toBe(0);
});

it.each([
  [{ 'rds.force_ssl': '0' }, 'expected "1"'],
  [{ 'rds.force_ssl': '1', work_mem: '65536' }, 'Unrecognized key: "work_mem"'],
])('a parameter group with %o is refused, since the local servers do not follow it', async (Parameters, message) => {
  const group = { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'postgres18', Parameters } };
  const deployment = deploy([stackOf('app', { Resources: { Group: group } })], registry, contextFixture().context);
  await expect(deployment).rejects.toThrow(message);
});
