import {
  type DBEngineVersion,
  DescribeDBEngineVersionsCommand,
  type OrderableDBInstanceOption,
  paginateDescribeOrderableDBInstanceOptions,
} from '@aws-sdk/client-rds';
import { z } from 'zod';
import type { Resource } from '../../templates/resources.ts';
import { isError } from '../aws-errors.ts';
import { type Check, type Finding, lack } from '../check.ts';
import type { Target } from '../target.ts';
import { zonesOf } from '../zones-of.ts';

const instanceProperties = z.object({
  Engine: z.string(),
  EngineVersion: z.string(),
  DBInstanceClass: z.string(),
  StorageType: z.string(),
  AllocatedStorage: z.coerce.number(),
  MultiAZ: z.boolean().default(false),
  MaxAllocatedStorage: z.number().optional(),
  CACertificateIdentifier: z.string(),
  EnableCloudwatchLogsExports: z.array(z.string()).default([]),
  EnablePerformanceInsights: z.boolean().default(false),
});
type Instance = z.infer<typeof instanceProperties>;

/**
 * Whether RDS offers the databases' version, instance class and storage in the Region and in enough of the network's zones.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
 */
export const databases: Check = {
  title: 'Database version and class',
  async find(target) {
    const instances = target.resources.filter(({ type }) => type === 'AWS::RDS::DBInstance');
    // Shards are alike.
    const kinds = new Map(instances.map((each) => [JSON.stringify(propertiesOf(each)), propertiesOf(each)]));
    return (await Promise.all([...kinds.values()].map((kind) => problemsOf(target, kind)))).flat();
  },
};

function propertiesOf({ property }: Resource): Instance {
  return instanceProperties.parse(
    Object.fromEntries(Object.keys(instanceProperties.shape).map((name) => [name, property(name)])),
  );
}

async function problemsOf(target: Target, instance: Instance): Promise<Finding[]> {
  const version = await versionOf(target, instance);
  const engine = `${instance.Engine} ${instance.EngineVersion}`;
  if (version === undefined) {
    return [
      lack(
        `RDS does not offer ${engine} in ${target.region}.`,
        'Set POSTGRES in infra/constructs/shards/shard.ts to one that `aws rds describe-db-engine-versions --engine postgres` lists.',
      ),
    ];
  }
  const options = await optionsFor(target, instance, version.EngineVersion);
  return [...versionProblems(instance, version), ...optionProblems(target, instance, version, options)];
}

/** The minor version that RDS takes when only the major one is given. */
async function versionOf({ aws }: Target, { Engine, EngineVersion }: Instance): Promise<DBEngineVersion | undefined> {
  try {
    const request = new DescribeDBEngineVersionsCommand({ Engine, EngineVersion, DefaultOnly: true });
    return (await aws.rds.send(request)).DBEngineVersions?.[0];
  } catch (error) {
    if (isError(error, 'InvalidParameterValue', 'InvalidParameterCombination')) return undefined;
    throw error;
  }
}

async function optionsFor(
  { aws }: Target,
  { Engine, DBInstanceClass, StorageType }: Instance,
  EngineVersion: string | undefined,
): Promise<OrderableDBInstanceOption[]> {
  const options: OrderableDBInstanceOption[] = [];
  const request = { Engine, EngineVersion, DBInstanceClass, Vpc: true };
  for await (const page of paginateDescribeOrderableDBInstanceOptions({ client: aws.rds }, request)) {
    options.push(...(page.OrderableDBInstanceOptions ?? []));
  }
  return options.filter((option) => option.StorageType === StorageType);
}

function versionProblems(instance: Instance, version: DBEngineVersion): Finding[] {
  const { CACertificateIdentifier: authority, EnableCloudwatchLogsExports: logs } = instance;
  const authorities = version.SupportedCACertificateIdentifiers ?? [];
  const remedy = 'Change it in infra/constructs/shards/rds-shard.ts.';
  return [
    ...(authorities.includes(authority)
      ? []
      : [
          lack(
            `${version.EngineVersion} does not take the certificate authority ${authority}, only ${authorities.join(', ')}.`,
            remedy,
          ),
        ]),
    ...logs
      .filter((log) => !version.ExportableLogTypes?.includes(log))
      .map((log) => lack(`${version.EngineVersion} does not export the log ${log} to CloudWatch.`, remedy)),
  ];
}

function optionProblems(
  target: Target,
  instance: Instance,
  { EngineVersion: version }: DBEngineVersion,
  options: readonly OrderableDBInstanceOption[],
): Finding[] {
  const { DBInstanceClass: instanceClass, StorageType, AllocatedStorage: gib, MultiAZ } = instance;
  const what = `${instanceClass} with ${instance.Engine} ${version}`;
  const remedy = 'Set another class or storage in infra/config/stage.ts, or deploy to another Region.';
  if (options.length === 0)
    return [lack(`RDS does not offer ${what} and ${StorageType} storage in ${target.region}.`, remedy)];
  const fits = options.some(
    (option) =>
      gib >= (option.MinStorageSize ?? 0) &&
      gib <= (option.MaxStorageSize ?? Number.POSITIVE_INFINITY) &&
      option.SupportsStorageEncryption === true &&
      (!MultiAZ || option.MultiAZCapable === true) &&
      (instance.MaxAllocatedStorage === undefined || option.SupportsStorageAutoscaling === true) &&
      (!instance.EnablePerformanceInsights || option.SupportsPerformanceInsights === true),
  );
  const features = `encryption${MultiAZ ? ', a standby' : ''}, ${gib} GiB of ${StorageType} or what else the template asks for`;
  if (!fits) return [lack(`${what} does not have ${features}.`, remedy)];
  const offered = options.flatMap(({ AvailabilityZones = [] }) => AvailabilityZones.map(({ Name = '' }) => Name));
  const groups = target.resources.filter(({ type }) => type === 'AWS::RDS::DBSubnetGroup');
  const usable = groups
    .flatMap(({ property }) => zonesOf(target.resources, property('SubnetIds')))
    .filter((zone) => offered.includes(zone));
  const needed = MultiAZ ? 2 : 1;
  if (usable.length >= needed) return [];
  return [
    lack(
      `${what} is in ${usable.length} of the network's zones, and ${needed} ${needed === 1 ? 'is' : 'are'} needed.`,
      `Name zones that have it with -c availabilityZones=: ${[...new Set(offered)].sort().join(', ')}.`,
    ),
  ];
}
