import leven from 'leven';
import { z } from 'zod';
import {
  checkShardMap,
  DEFAULT_SHARD_MAP,
  joinMaps,
  MOST_SHARDS,
  type OwningShard,
  ShardMapError,
  type ShardRange,
} from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { FUNCTION_FOLDERS, reserveConcurrency, withConcurrency } from './concurrency.ts';
import { addressList, parseJsonText, serverUrl, shardMap, text, wholeNumber } from './context-values.ts';
import { contradictions } from './contradictions.ts';
import { COMPOSE_ADDRESSES, localStackTarget } from './localstack-target.ts';
import { STAGES, type Stage } from './stage.ts';

export interface JwtAuth {
  /** The OIDC provider's address, exactly as its tokens name it. */
  readonly issuer: string;
  readonly audience: string;
  /** Holds the caller's `user_id`. */
  readonly userClaim: string;
  /** `name=value` of the claim that lets its bearer see everybody's orders. */
  readonly operatorClaim?: string | undefined;
  /** How the dashboard's readers sign in at the issuer; undefined when they bring a token of their own. */
  readonly signIn?: SignInSettings | undefined;
}

/** https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth */
export interface SignInSettings {
  /** The dashboard's name at the issuer, where it is a public client: it has no secret. */
  readonly clientId: string;
  /** What it asks for, separated by blanks; the page's own choice when undefined. */
  readonly scopes?: string | undefined;
  /** Which of the issuer's tokens the API takes. */
  readonly sentToken: 'access' | 'id';
  /** Where the page may talk to the issuer: at its own origin and at these. */
  readonly origins: readonly string[];
}

export interface SiteDomain {
  readonly name: string;
  /** For that name, in us-east-1. */
  readonly certificateArn: string;
}

export interface Config {
  readonly stage: Stage;
  /** CloudFormation names the bucket when undefined, since names are global. */
  readonly receiptsBucket?: string | undefined;
  /** Of the present map and of the next one. */
  readonly shards: readonly ShardRange[];
  /** How many the topic of confirmations has: never fewer than before. */
  readonly confirmationPartitions: number;
  /** The event of an order that is unconfirmed at this age is published again. */
  readonly republishAfterMinutes: number;
  /** Undefined for no sign-in: everybody may do everything. */
  readonly auth: JwtAuth | undefined;
  readonly alarmEmail?: string | undefined;
  /** The account's quota in the Region. */
  readonly lambdaConcurrencyQuota: number;
  /** CloudFront names the site when undefined. */
  readonly siteDomain?: SiteDomain | undefined;
  /** The network's zones; the Region's first ones when undefined. */
  readonly availabilityZones?: readonly string[] | undefined;
  /** A regional one, in front of the API. */
  readonly webAclArn?: string | undefined;
}

/** The API takes the requests of so many seconds at once. */
const BURST_SECONDS = 2;

/** On LocalStack, no other account's bucket is in the way. */
const LOCAL_RECEIPTS_BUCKET = 'order-receipts';

const executions = wholeNumber('a whole number of executions');
const reservationsError = {
  error: `must be stage, none, or a JSON object of whole numbers such as {"list-orders":10}, for some of ${FUNCTION_FOLDERS.join(', ')}`,
};
const reservations = z.preprocess(
  parseJsonText,
  z.union(
    [z.enum(['stage', 'none']), z.partialRecord(z.enum(FUNCTION_FOLDERS), executions, reservationsError)],
    reservationsError,
  ),
);

const schema = z.strictObject({
  stage: z.enum(['dev', 'prod'], { error: 'must be dev or prod' }).default('dev'),
  receiptsBucket: text(
    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be an S3 bucket name: 3-63 lower case letters, digits, dots and hyphens',
  ).optional(),
  shards: shardMap.default([...DEFAULT_SHARD_MAP]),
  nextShards: shardMap.optional(),
  confirmationPartitions: wholeNumber('a whole number of partitions').optional(),
  republishAfterMinutes: wholeNumber('a whole number of minutes').default(10),
  auth: z.enum(['none', 'jwt'], { error: 'must be none or jwt' }).optional(),
  issuer: text(
    /^https:\/\/(?!.*\/\.well-known\/)[^\s?#@]+$/,
    'must be the https URL of an OIDC issuer, exactly as in its tokens (claim iss), without the /.well-known/ part',
  ).optional(),
  audience: text(/^\S+$/, 'must be the audience of the tokens (claim aud), without spaces').optional(),
  userClaim: text(/^\S+$/, 'must be the name of the claim that holds the user_id, without spaces').optional(),
  operatorClaim: text(/^[^=\s]+=\S+$/, 'must be name=value, such as groups=operators').optional(),
  clientId: text(/^\S+$/, "must be the dashboard's client id at the issuer, without spaces").optional(),
  scopes: text(
    /^(?=(.* )?openid( |$))[!-~]+( [!-~]+)*$/,
    'must be scopes separated by blanks, openid among them, such as "openid offline_access"',
  ).optional(),
  sentToken: z.enum(['access', 'id'], { error: 'must be access or id' }).optional(),
  issuerOrigins: text(
    /^https:\/\/[a-z0-9.-]+(:\d+)?(,https:\/\/[a-z0-9.-]+(:\d+)?)*$/,
    'must be https origins in lower case, separated by commas, such as https://orders.auth.eu-central-1.amazoncognito.com',
  )
    .transform((origins) => origins.split(','))
    .optional(),
  alarmEmail: z.email({ error: 'must be an e-mail address' }).optional(),
  lambdaConcurrencyQuota: executions.default(1000),
  concurrency: reservations.default('stage'),
  apiRequestsPerSecond: wholeNumber('a whole number of requests').optional(),
  availabilityZones: text(
    /^[a-z]+(-[a-z]+)+-\d[a-z](,[a-z]+(-[a-z]+)+-\d[a-z])*$/,
    'must be zone names, such as us-east-1a,us-east-1b',
  )
    .transform((names) => names.split(','))
    .optional(),
  siteDomain: text(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    'must be a domain name such as orders.example.com, in lower case',
  ).optional(),
  certificateArn: text(
    /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/\S+$/,
    'must be the ARN of a certificate in us-east-1, as CloudFront requires',
  ).optional(),
  webAclArn: text(
    /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/\S+$/,
    "must be the ARN of a regional web ACL in the stack's region",
  ).optional(),
  // Brokers of Kafka 4 with KRaft: MSK answers "Unsupported InstanceType" for kafka.t3.small.
  // https://docs.aws.amazon.com/msk/latest/developerguide/broker-instance-sizes.html
  kafkaInstanceType: text(
    /^kafka\.(m5\.(large|(2|4|8|12|16|24)?xlarge)|m7g\.(large|(2|4|8|12|16)?xlarge))$/,
    'must be an m5 or m7g size such as kafka.m7g.large, because MSK runs Kafka 4 on no other Standard broker',
  ).optional(),
  target: z.enum(['aws', 'localstack'], { error: 'must be aws or localstack' }).default('aws'),
  shardAddresses: addressList('shard1:5432,shard2:5432')
    .transform((addresses) => addresses.split(','))
    .optional(),
  kafkaBrokers: addressList(COMPOSE_ADDRESSES.kafkaBrokers).optional(),
  apiUrl: serverUrl(COMPOSE_ADDRESSES.apiUrl).optional(),
  s3Endpoint: serverUrl(COMPOSE_ADDRESSES.s3Endpoint).optional(),
});

/**
 * Reads the application's settings from the CDK context (`cdk -c key=value`, or cdk.json).
 *
 * @param context all context of the app; keys of the CDK itself are passed over
 * @param personal keys that are there for all of a person's projects; unknown ones are passed over
 * @throws UserError with a sentence for each key that is unknown, wrong, missing or in contradiction to another
 */
export function readConfig(context: Record<string, unknown>, personal: readonly string[] = []): Config {
  const isOthers = (key: string) => belongsToCdk(key) || (personal.includes(key) && !(key in schema.shape));
  const ours = Object.fromEntries(Object.entries(context).filter(([key]) => !isOthers(key)));
  const parsed = schema.safeParse(ours);
  const wrong = parsed.error?.issues.map((issue) => describe(issue, ours)) ?? [];
  const problems = [...wrong, ...contradictions(ours)];
  if (!parsed.success || problems.length > 0) throw new UserError(problems.join('\n'));

  const { republishAfterMinutes, alarmEmail, lambdaConcurrencyQuota, webAclArn } = parsed.data;
  const shards = checkShards(parsed.data);
  const stage = stageOf(parsed.data, shards);
  return {
    stage: reserveConcurrency(withConcurrency(stage, parsed.data.concurrency), lambdaConcurrencyQuota),
    receiptsBucket: parsed.data.receiptsBucket ?? (stage.localstack === undefined ? undefined : LOCAL_RECEIPTS_BUCKET),
    shards,
    confirmationPartitions: confirmationPartitionsOf(parsed.data, shards),
    republishAfterMinutes,
    auth: authOf(parsed.data),
    alarmEmail,
    lambdaConcurrencyQuota,
    availabilityZones: checkZones(stage, parsed.data.availabilityZones),
    siteDomain: siteDomainOf(parsed.data),
    webAclArn,
  };
}

type Given = z.infer<typeof schema>;

function stageOf(
  { stage: name, target, kafkaInstanceType, apiRequestsPerSecond, ...given }: Given,
  shards: readonly ShardRange[],
): Stage {
  const stage = STAGES[name];
  const requestsPerSecond = apiRequestsPerSecond ?? stage.api.requestsPerSecond;
  return {
    ...stage,
    api: { requestsPerSecond, burst: Math.max(stage.api.burst, BURST_SECONDS * requestsPerSecond) },
    kafka: { ...stage.kafka, instanceType: kafkaInstanceType ?? stage.kafka.instanceType },
    localstack: target === 'localstack' ? localStackTarget(given, shards) : undefined,
  };
}

function authOf(given: Given): JwtAuth | undefined {
  const { issuer, audience, userClaim, operatorClaim } = given;
  // One without the others is a contradiction, rejected above.
  if (issuer === undefined || audience === undefined || userClaim === undefined) return undefined;
  return { issuer, audience, userClaim, operatorClaim, signIn: signInOf(given, issuer) };
}

function signInOf({ clientId, scopes, sentToken, issuerOrigins }: Given, issuer: string): SignInSettings | undefined {
  if (clientId === undefined) return undefined;
  const origins = [...new Set([new URL(issuer).origin, ...(issuerOrigins ?? [])])];
  return { clientId, scopes, sentToken: sentToken ?? 'access', origins };
}

function siteDomainOf({ siteDomain: name, certificateArn }: Given): SiteDomain | undefined {
  return name === undefined || certificateArn === undefined ? undefined : { name, certificateArn };
}

function checkZones(stage: Stage, zones: readonly string[] | undefined): readonly string[] | undefined {
  if (zones === undefined || new Set(zones).size === stage.availabilityZones) return zones;
  throw new UserError(
    `Context "availabilityZones": ${stage.name} needs ${stage.availabilityZones} different zones; ` +
      `got ${JSON.stringify(zones.join(','))}.`,
  );
}

/** What `cdk acknowledge` and `cdk cli-telemetry` write into cdk.context.json. */
const KEYS_OF_CLI: readonly string[] = ['acknowledged-issue-numbers', 'cli-telemetry'];

// Feature flags and lookups have a colon in their names.
function belongsToCdk(key: string): boolean {
  return key.includes(':') || KEYS_OF_CLI.includes(key);
}

function checkShards({ shards, nextShards }: Given): readonly ShardRange[] {
  checkMap('shards', shards);
  if (nextShards !== undefined) checkMap('nextShards', nextShards);
  return joinMaps(shards, nextShards);
}

function checkMap(key: string, map: readonly OwningShard[]): void {
  try {
    checkShardMap(map);
  } catch (error) {
    if (error instanceof ShardMapError) throw new UserError(`Context "${key}": ${error.message}`, { cause: error });
    throw error;
  }
}

/** A shard has the partition before its id. */
function confirmationPartitionsOf({ confirmationPartitions }: Given, shards: readonly ShardRange[]): number {
  const needed = Math.max(...shards.map(({ id }) => id));
  const given = confirmationPartitions ?? needed;
  if (needed <= given && given <= MOST_SHARDS) return given;
  throw new UserError(
    `Context "confirmationPartitions": must be from ${needed}, the highest id of a shard, to ${MOST_SHARDS}; got ${given}.`,
  );
}

function describe(issue: z.core.$ZodIssue, context: Record<string, unknown>): string {
  const key = issue.path[0];
  if (key === undefined && issue.code === 'unrecognized_keys') {
    return issue.keys.map(unknownKey).join('\n');
  }
  const place = issue.path.length > 1 ? ` at ${issue.path.slice(1).join('.')}` : '';
  return `Context "${String(key)}"${place}: ${issue.message}; got ${JSON.stringify(context[String(key)])}.`;
}

function unknownKey(key: string): string {
  const allowed = Object.keys(schema.shape);
  const distance = (name: string) => leven(name.toLowerCase(), key.toLowerCase().replaceAll(/[-_]/g, ''));
  const nearest = allowed.toSorted((one, other) => distance(one) - distance(other))[0] ?? '';
  return distance(nearest) <= nearest.length / 3
    ? `Unknown context "${key}": did you mean "${nearest}"?`
    : `Unknown context "${key}": the allowed keys are ${allowed.join(', ')}.`;
}
