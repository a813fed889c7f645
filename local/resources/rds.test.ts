import { expect, it } from 'vitest';
import { stackOf } from '../assembly/deploy-fixture.ts';
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
