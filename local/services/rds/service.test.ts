import { expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../services-fixture.ts';

const groupWith = (Parameters: Record<string, string>) => {
  const group = { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'postgres18', Parameters } };
  return stackOf('app', { Resources: { Group: group } });
};

it("a parameter group's settings are those that Postgres knows, without those of RDS", async () => {
  const { rds, deploy } = servicesFixture();
  const parameters = { 'rds.force_ssl': '1', 'rds.log_retention_period': '1440', work_mem: '65536' };
  await deploy([groupWith(parameters)]);
  expect([...rds.parameters.values()]).toEqual([{ work_mem: '65536' }]);
});

it.each([
  [{ 'rds.force_ssl': '0' }, 'rds.force_ssl must be 1'],
  [{ max_connections: '{DBInstanceClassMemory/9531392}' }, "formulas over the instance's memory"],
])('a parameter group with %o is refused, since the local servers do not follow it', async (Parameters, message) => {
  const deployment = servicesFixture().deploy([groupWith(Parameters)]);
  await expect(deployment).rejects.toThrow(message);
});

it('an instance with a parameter group of nowhere is refused', async () => {
  const Properties = {
    Engine: 'postgres',
    DBName: 'shard1',
    MasterUsername: 'master',
    MasterUserPassword: 'secret',
    DBParameterGroupName: 'elsewhere',
  };
  const stack = stackOf('app', { Resources: { Database: { Type: 'AWS::RDS::DBInstance', Properties } } });
  await expect(servicesFixture().deploy([stack])).rejects.toThrow('no parameter group elsewhere');
});
