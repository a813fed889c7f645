import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from './example-contexts.ts';
import { alarmsIn } from './testing/alarms.ts';
import { properties } from './testing/inspect.ts';
import { templatesOf } from './testing/templates.ts';

const page = readFileSync(new URL('../docs/cost.md', import.meta.url), 'utf8');
/** Of the table: the item, then quantity and price of dev and of prod. */
const rows = page.split('\n').map((line) =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1),
);

describe.each([
  ['dev', 1],
  ['prod', 3],
] as const)('the page about costs counts what %s pays for:', (stage, column) => {
  const templates = Object.values(templatesOf(STAGE_CONTEXTS[stage]));
  const all = (type: string) => templates.flatMap((template) => properties(template, type));
  const instances = all('AWS::RDS::DBInstance');
  const [{ NumberOfBrokerNodes: brokers, BrokerNodeGroupInfo: broker }] = all('AWS::MSK::Cluster');
  const [endpoint] = all('AWS::EC2::VPCEndpoint').filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
  const alarmMetrics = alarmsIn(...templates).flatMap(({ metrics }) => metrics).length;

  it.each([
    ['Postgres instances', `${instances.length} ${instances[0].DBInstanceClass} `],
    ['Postgres storage, gp3', `${instances.length * instances[0].AllocatedStorage} GB `],
    ['Kafka brokers', `${brokers} ${broker.InstanceType} `],
    ['Kafka storage', `${brokers * broker.StorageInfo.EBSStorageInfo.VolumeSize} GB `],
    ['Secrets Manager endpoint', `${endpoint.SubnetIds.length} zone`],
    [`${all('AWS::SecretsManager::Secret').length} secrets at`, `${alarmMetrics} metrics`],
  ])('%s: %s', (item, quantity) => {
    const row = rows.find(([first]) => first?.startsWith(item));
    expect(row?.[column]).toMatch(new RegExp(`^${quantity}`));
  });
});
