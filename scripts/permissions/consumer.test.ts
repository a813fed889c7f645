import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from '../../infra/example-contexts.ts';
import type { Stack } from '../../local/assembly/template.ts';
import { synthesizeStacks } from '../templates/stacks.ts';
import { type Access, accessOf } from './access.ts';
import { ADDED_GRANTS } from './added-grants-fixture.ts';
import { ChangedTemplates } from './changed-templates-fixture.ts';

/** All that the consumer's actions may belong to: not s3, rds, rds-data, rds-db, secretsmanager, ssm, dynamodb or any other. */
const SERVICES = ['kafka-cluster', 'kafka', 'ec2', 'logs'];

function consumerOf(stacks: readonly Stack[]): Access {
  const found = accessOf(stacks).find(({ kind, name }) => kind === 'function' && name === 'consume-orders');
  if (!found) throw new Error('There is no consumer.');
  return found;
}

/** What the consumer has beside Kafka, network interfaces and logs, and where it may go beside the brokers. */
function breaches({ rights, unknown, reach }: Access): string[] {
  const actions = rights
    .filter(({ effect, action }) => effect === 'allow' && !SERVICES.includes(action.split(':', 1)[0] ?? ''))
    .map(({ action, resource }) => `${action} ${resource}`);
  if (reach === 'internet' || reach === undefined) return [...actions, ...unknown, 'the internet'];
  const peers = reach
    .filter(({ types, ports }) => types.join() !== 'AWS::MSK::Cluster' || ports !== '9098')
    .map(({ name, ports }) => `${name} ${ports}`);
  return [...actions, ...unknown, ...peers];
}

describe.each(Object.entries(STAGE_CONTEXTS))('in %s, the consumer', (_stage, context) => {
  const stacks = synthesizeStacks(context);
  const consumer = consumerOf(stacks);

  it('has Kafka, network interfaces and its log, and reaches the brokers alone', () => {
    expect(breaches(consumer)).toEqual([]);
    const ec2 = consumer.rights.filter(({ effect, action }) => effect === 'allow' && action.startsWith('ec2:'));
    for (const { action } of ec2) {
      expect(action).toMatch(
        /^ec2:((Create|Delete|Describe)NetworkInterfaces?|(Una|A)ssignPrivateIpAddresses|Describe(Subnets|SecurityGroups|Vpcs))$/,
      );
    }
    const logs = consumer.rights.filter(({ action }) => action.startsWith('logs:'));
    for (const { resource } of logs) expect(resource).toMatch(/^(log-group:)?\/aws\/lambda\/consume-orders\b/);
  });

  it('is let in by the brokers on 9098', () => {
    expect(consumer.reach).toEqual([expect.objectContaining({ types: ['AWS::MSK::Cluster'], allowedBy: 'both' })]);
  });

  it.each(ADDED_GRANTS.map((added) => [added.grant, added] as const))(
    'is caught with %s',
    (_grant, { add, breach }) => {
      const changed = structuredClone(stacks) as Stack[];
      add(new ChangedTemplates(changed));
      expect(breaches(consumerOf(changed))).toEqual([expect.stringContaining(breach)]);
    },
  );
});
