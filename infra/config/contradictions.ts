import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_SHARD_MAP } from '../../functions/domain/shard-map.ts';
import { parseJsonText } from './context-values.ts';

type Context = Readonly<Record<string, unknown>>;

/** What `auth=jwt` requires, with an example of each. */
const REQUIRED_BY_JWT = {
  issuer: { what: "the OIDC provider's address", example: 'https://login.example.com/' },
  audience: { what: 'the audience of its tokens', example: 'orderflow' },
  userClaim: { what: 'the claim that holds the user_id', example: 'orderflow_user' },
};

/** What says how the dashboard's readers sign in with `clientId`. */
const ABOUT_SIGN_IN = ['scopes', 'sentToken', 'issuerOrigins'];

/** What target=localstack refuses, by key, and why. */
const REFUSED_ON_LOCALSTACK: Readonly<Record<string, { readonly value?: string; readonly why: string }>> = {
  stage: { value: 'prod', why: 'LocalStack gives none of the guarantees of prod' },
  auth: { value: 'jwt', why: 'LocalStack fails on an API with an authorizer' },
  issuer: { why: 'there is no sign-in on LocalStack' },
  audience: { why: 'there is no sign-in on LocalStack' },
  userClaim: { why: 'there is no sign-in on LocalStack' },
  operatorClaim: { why: 'there is no sign-in on LocalStack' },
  clientId: { why: 'there is no sign-in on LocalStack' },
  scopes: { why: 'there is no sign-in on LocalStack' },
  sentToken: { why: 'there is no sign-in on LocalStack' },
  issuerOrigins: { why: 'there is no sign-in on LocalStack' },
  siteDomain: { why: 'LocalStack has no CloudFront to serve it' },
  certificateArn: { why: 'LocalStack has no CloudFront to use it' },
  webAclArn: { why: 'LocalStack has no firewall' },
  kafkaInstanceType: { why: 'LocalStack has no MSK' },
  availabilityZones: { why: 'functions run outside any network on LocalStack' },
  alarmEmail: { why: 'there are no alarms on LocalStack' },
  nextShards: { why: 'no users are moved on LocalStack' },
};

/**
 * What keys say against each other, or leave unsaid, one sentence each. Keys whose own value is wrong are taken as
 * given: that is said elsewhere.
 *
 * @param context the application's own keys
 */
export function contradictions(context: Context): string[] {
  if (context.target === 'localstack') return ofLocalStack(context);
  return [...ofAuth(context), ...ofAlarms(context), ...ofSiteDomain(context), ...ofShards(context), ...ofAws(context)];
}

function ofAuth(context: Context): string[] {
  const production = context.stage === 'prod';
  if (production && context.auth === 'none') {
    return [
      'Context "auth": prod requires sign-in, because without it anyone could read all orders; ' +
        'remove auth=none or deploy stage=dev.',
    ];
  }
  const auth = context.auth ?? (production ? 'jwt' : 'none');
  if (auth === 'jwt') {
    const missing = Object.entries(REQUIRED_BY_JWT)
      .filter(([key]) => !isGiven(context, key))
      .map(
        ([key, { what, example }]) =>
          `Context "${key}" is missing: auth=jwt${production ? ', which prod requires,' : ''} needs ${what}; ` +
          `add -c ${key}=${example}.`,
      );
    return [...missing, ...ofSignIn(context)];
  }
  if (auth !== 'none') return [];
  return [...Object.keys(REQUIRED_BY_JWT), 'operatorClaim', 'clientId', ...ABOUT_SIGN_IN]
    .filter((key) => isGiven(context, key))
    .map((key) => `Context "${key}" has no effect without sign-in; add -c auth=jwt or remove ${key}.`);
}

function ofSignIn(context: Context): string[] {
  if (isGiven(context, 'clientId')) return [];
  return ABOUT_SIGN_IN.filter((key) => isGiven(context, key)).map(
    (key) =>
      `Context "${key}" has no effect unless the dashboard is a client of the issuer; ` +
      `add -c clientId=<its client id> or remove ${key}.`,
  );
}

function ofAlarms(context: Context): string[] {
  if (context.stage !== 'prod' || isGiven(context, 'alarmEmail')) return [];
  return [
    'Context "alarmEmail" is missing: prod needs someone to receive its alarms; ' +
      'add -c alarmEmail=oncall@example.com.',
  ];
}

function ofSiteDomain(context: Context): string[] {
  const [domain, certificate] = [isGiven(context, 'siteDomain'), isGiven(context, 'certificateArn')];
  if (domain === certificate) return [];
  const [given, missing] = domain ? ['siteDomain', 'certificateArn'] : ['certificateArn', 'siteDomain'];
  return [
    `Context "${missing}" is missing: the site's own domain needs both a name and a certificate; ` +
      `add ${missing} or remove ${given}.`,
  ];
}

function ofShards({ shards = DEFAULT_SHARD_MAP, nextShards }: Context): string[] {
  const isSame = nextShards !== undefined && isDeepStrictEqual(rangesOf(shards), rangesOf(nextShards));
  return isSame ? ['Context "nextShards" is the map that "shards" has already; change it or remove nextShards.'] : [];
}

/** What a map says, whatever the order of its entries; as it is when it is no map. */
function rangesOf(map: unknown): unknown {
  const entries = parseJsonText(map);
  if (!Array.isArray(entries)) return entries;
  return new Set(entries.map((entry) => JSON.stringify([entry?.id, entry?.from, entry?.to])));
}

function ofLocalStack(context: Context): string[] {
  return Object.entries(REFUSED_ON_LOCALSTACK)
    .filter(([key, { value }]) => (value === undefined ? isGiven(context, key) : context[key] === value))
    .map(([key, { value, why }]) => {
      const given = value === undefined ? key : `${key}=${value}`;
      return `Context "${key}" is refused with target=localstack: ${why}; remove ${given} or deploy target=aws.`;
    });
}

function ofAws(context: Context): string[] {
  return ['shardAddresses', 'kafkaBrokers', 'apiUrl', 's3Endpoint']
    .filter((key) => isGiven(context, key))
    .map((key) => `Context "${key}" has no effect on AWS; add -c target=localstack or remove ${key}.`);
}

function isGiven(context: Context, key: string): boolean {
  return context[key] !== undefined;
}
