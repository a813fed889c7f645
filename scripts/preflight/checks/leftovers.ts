import { paginateListResources } from '@aws-sdk/client-cloudcontrol';
import { paginateListClustersV2, paginateListConfigurations } from '@aws-sdk/client-kafka';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import type { Resource } from '../../templates/resources.ts';
import { isError } from '../aws-errors.ts';
import { type Check, type Finding, lack } from '../check.ts';
import { readResource } from '../read-resource.ts';
import type { Target } from '../target.ts';
import { isRegistered } from '../type-registry.ts';

/**
 * Whether the names of what the deployment creates are free. An earlier deployment may have left something behind: what holds data
 * outlives a `prod` stack, and RDS may write a log once more after its log group was deleted.
 */
export const leftovers: readonly Check[] = [
  { title: 'Names', find: namedByIdentifier },
  { title: 'Names of buckets', find: buckets },
  { title: 'Names of secrets', find: secrets },
  { title: 'Names in MSK', find: kafka },
  { title: 'Names in CloudFront', find: cloudFront },
];

const BUCKET = 'AWS::S3::Bucket';
const SECRET = 'AWS::SecretsManager::Secret';
/** As many as a filter of ListSecrets takes. */
const NAMES_PER_FILTER = 10;

/** What CloudFormation identifies by a name of ours, whatever its type. */
async function namedByIdentifier(target: Target): Promise<Finding[]> {
  const created = await target.deployed.missing(target.resources);
  const findings = created.map(async (resource) => {
    const identifier = await identifierOf(target, resource);
    if (identifier === undefined) return [];
    return (await readResource(target.aws, resource.type, identifier))
      ? [taken(target, resource.type, identifier)]
      : [];
  });
  return (await Promise.all(findings)).flat();
}

async function identifierOf({ types, ...target }: Target, { type, property }: Resource): Promise<string | undefined> {
  if (!isRegistered(type) || type === BUCKET) return undefined;
  if (type === 'AWS::SNS::Topic') {
    return `arn:${target.partition}:sns:${target.region}:${target.accountId}:${String(property('TopicName'))}`;
  }
  const name = await types.identifier(type);
  const value = name === undefined ? undefined : property(name);
  // What only the deployment will know is no name of ours.
  return typeof value === 'string' && !value.includes('«') ? value : undefined;
}

/** Names of buckets are those of all accounts. */
async function buckets(target: Target): Promise<Finding[] | undefined> {
  const names = await namesOf(target, BUCKET, ({ property }) => property('BucketName'));
  if (names.length === 0) return undefined;
  const findings = names.map(async (name) => {
    try {
      await target.aws.s3.send(new HeadBucketCommand({ Bucket: name, ExpectedBucketOwner: target.accountId }));
      return [taken(target, BUCKET, name)];
    } catch (error) {
      if (isError(error, 'NotFound', 'NoSuchBucket')) return [];
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode !== 403) throw error;
      return [
        lack(
          `Another account has the bucket ${name}, or the permission s3:ListBucket is missing.`,
          'Choose another name, or leave out -c receiptsBucket=.',
        ),
      ];
    }
  });
  return (await Promise.all(findings)).flat();
}

/** A secret keeps its name until it is gone, days after it was deleted. */
async function secrets(target: Target): Promise<Finding[]> {
  const names = await namesOf(target, SECRET, ({ property }) => property('Name'));
  const findings: Finding[] = [];
  for (let from = 0; from < names.length; from += NAMES_PER_FILTER) {
    const filter = { Key: 'name' as const, Values: names.slice(from, from + NAMES_PER_FILTER) };
    const request = { IncludePlannedDeletion: true, Filters: [filter] };
    for await (const { SecretList = [] } of paginateListSecrets({ client: target.aws.secrets }, request)) {
      // The filter also finds longer names.
      for (const { Name: name = '', DeletedDate } of SecretList.filter(({ Name = '' }) =>
        filter.Values.includes(Name),
      )) {
        const command = `\`aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery --region ${target.region}\``;
        findings.push(
          lack(
            `The secret ${name} ${DeletedDate === undefined ? 'exists' : 'is being deleted and still has its name'}.`,
            `If no database needs its password any more: ${command}.`,
          ),
        );
      }
    }
  }
  return findings;
}

async function kafka(target: Target): Promise<Finding[]> {
  const [cluster, configuration] = ['AWS::MSK::Cluster', 'AWS::MSK::Configuration'];
  const clusterNames = await namesOf(target, cluster, ({ property }) => property('ClusterName'));
  const configurationNames = await namesOf(target, configuration, ({ property }) => property('Name'));
  const findings: Finding[] = [];
  for await (const { ClusterInfoList = [] } of paginateListClustersV2({ client: target.aws.kafka }, {})) {
    for (const { ClusterName = '', ClusterArn = '' } of ClusterInfoList) {
      if (clusterNames.includes(ClusterName)) findings.push(taken(target, cluster, ClusterArn));
    }
  }
  for await (const { Configurations = [] } of paginateListConfigurations({ client: target.aws.kafka }, {})) {
    for (const { Name = '', Arn = '' } of Configurations) {
      if (configurationNames.includes(Name)) findings.push(taken(target, configuration, Arn));
    }
  }
  return findings;
}

/** CloudFront identifies its policies by ids, and keeps their names apart in the whole account. */
async function cloudFront(target: Target): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const kind of ['OriginAccessControl', 'ResponseHeadersPolicy']) {
    const type = `AWS::CloudFront::${kind}`;
    const nameIn = (config: unknown) => (config as { Name?: string } | undefined)?.Name;
    const names = await namesOf(target, type, ({ property }) => nameIn(property(`${kind}Config`)));
    if (names.length === 0) continue;
    for await (const { ResourceDescriptions = [] } of paginateListResources(
      { client: target.aws.cloudControl },
      { TypeName: type },
    )) {
      for (const { Identifier = '' } of ResourceDescriptions) {
        const name = nameIn((await readResource(target.aws, type, Identifier))?.[`${kind}Config`]);
        if (name !== undefined && names.includes(name)) findings.push(taken(target, type, Identifier, name));
      }
    }
  }
  return findings;
}

/** The names that resources of a type will be given, without those that CloudFormation chooses. */
async function namesOf(
  { resources, deployed }: Target,
  type: string,
  nameOf: (resource: Resource) => unknown,
): Promise<string[]> {
  const created = await deployed.missing(resources.filter((resource) => resource.type === type));
  return created.map(nameOf).filter((name) => typeof name === 'string');
}

function taken({ region }: Target, type: string, identifier: string, name = identifier): Finding {
  const command = `\`aws cloudcontrol delete-resource --type-name ${type} --identifier ${identifier} --region ${region}\``;
  return lack(
    `${type} ${name} exists and belongs to no stack of this stage.`,
    `If nobody needs it and its data any more: ${command} (docs/operations.md, "Destroy").`,
  );
}
