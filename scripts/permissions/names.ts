import { ACCOUNT_ID, PARTITION, REGION } from '../../local/aws-identity.ts';
import { keysIn, type Resource, replaceSymbols } from '../templates/resources.ts';

/** Properties that give a resource its name for people; all others go by their logical id, since their names may be generated. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
};

/** The CDK ends a logical id with eight digits that depend on its path. */
const LOGICAL_ID_HASH = /[0-9A-F]{8}$/;
/** Functions that the CDK makes once for a stack have a UUID in their names, that of `AwsCustomResource` nothing else. */
const SINGLETON_UUID = /[0-9A-F]{32}/;
const AWS_CUSTOM_RESOURCE = /^AWS679f53fac002430cb0da5b7982bd2287/;

const OWN_ARN = new RegExp(`arn:${PARTITION}:[a-z0-9-]+:(?:${REGION})?:(?:${ACCOUNT_ID})?:`, 'g');
const KAFKA_ARN = new RegExp(
  `^arn:${PARTITION}:kafka:${REGION}:${ACCOUNT_ID}:(cluster|topic|group|transactional-id)/[^/]+/[^/]*«[^»]+»(?:/(.+))?$`,
);

/** Gives short names: the same in every stage and after every change that leaves the resource in its place. */
export interface Names {
  /** What stands for a text that may hold ARNs and symbols: `topic/orders`, `shard1/orderuser`, `ReceiptsBucket/receipts/*`. */
  short(text: string): string;
  of(resource: Resource): string;
}

/** @param resources all of the assembly, among which names must be told apart */
export function namesAmong(resources: readonly Resource[]): Names {
  const stage = commonPrefix([...new Set(resources.map(({ stack }) => stack))]);
  // Of the stage `orderflow-dev-`, secrets are called `orderflow/dev/...`, and logical ids end in the stage's name.
  const withoutStage = (text: string) => text.replaceAll(stage, '').replaceAll(stage.replaceAll('-', '/'), '');
  const plain = new Map(resources.map((resource) => [resource.key, withoutStage(plainName(resource, stage))]));
  const uses = Map.groupBy(plain.values(), (name) => name);
  const names = new Map(
    resources.map((resource) => {
      const name = plain.get(resource.key) ?? '';
      return [resource.key, uses.get(name)?.length === 1 ? name : `${withoutStage(resource.stack)}.${name}`];
    }),
  );
  const nameBy = (resource: Resource, property: string) => {
    const [key = ''] = keysIn(String(resource.property(property)));
    return names.get(key) ?? key;
  };
  for (const resource of resources) {
    const { key, type } = resource;
    // Its Ref is the secret's ARN.
    if (type === 'AWS::SecretsManager::SecretTargetAttachment') names.set(key, nameBy(resource, 'SecretId'));
    if (type === 'AWS::Lambda::Alias') {
      names.set(key, `${nameBy(resource, 'FunctionName')}:${String(resource.property('Name'))}`);
    }
    if (type === 'AWS::Lambda::Version') names.set(key, `${nameBy(resource, 'FunctionName')}:<version>`);
  }
  return {
    of: ({ key }) => names.get(key) ?? key,
    short: (text) => {
      const [, kind, name] = KAFKA_ARN.exec(text) ?? [];
      if (kind) return name === undefined ? kind : `${kind}/${name}`;
      const own = text.replace(OWN_ARN, '').replaceAll(ACCOUNT_ID, '<account>').replaceAll(REGION, '<region>');
      return withoutStage(replaceSymbols(own, (key) => names.get(key) ?? key));
    },
  };
}

function plainName({ logicalId, type, property }: Resource, stage: string): string {
  const nameProperty = NAME_PROPERTIES[type];
  const name = nameProperty === undefined ? undefined : property(nameProperty);
  if (typeof name === 'string') return name;
  const [stageName = ''] = stage.split('-').slice(-2);
  return logicalId
    .replace(LOGICAL_ID_HASH, '')
    .replace(new RegExp(`(Stage)${stageName}$`), '$1')
    .replace(SINGLETON_UUID, '')
    .replace(AWS_CUSTOM_RESOURCE, 'AwsCustomResource');
}

function commonPrefix(stacks: readonly string[]): string {
  const [first = '', ...others] = stacks;
  let length = first.lastIndexOf('-') + 1;
  while (length > 0 && !others.every((other) => other.startsWith(first.slice(0, length)))) {
    length = first.lastIndexOf('-', length - 2) + 1;
  }
  return first.slice(0, length);
}
