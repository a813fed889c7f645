type Context = Readonly<Record<string, unknown>>;

/** What `auth=jwt` cannot do without, with an example of each. */
const DEMANDED_BY_JWT = {
  issuer: { what: "the OIDC provider's address", example: 'https://login.example.com/' },
  audience: { what: 'the audience that its tokens name', example: 'orderflow' },
  userClaim: { what: 'the claim that holds the user_id', example: 'preferred_username' },
};

/** What target=localstack does not take, by key, and why. */
const REFUSED_ON_LOCALSTACK: Readonly<Record<string, { readonly value?: string; readonly why: string }>> = {
  stage: { value: 'prod', why: 'LocalStack keeps no promise that prod makes' },
  auth: { value: 'jwt', why: 'LocalStack fails on an API with an authorizer' },
  issuer: { why: 'no tokens are asked for on LocalStack' },
  audience: { why: 'no tokens are asked for on LocalStack' },
  userClaim: { why: 'no tokens are asked for on LocalStack' },
  operatorClaim: { why: 'no tokens are asked for on LocalStack' },
  siteDomain: { why: 'LocalStack has no CloudFront that could answer to it' },
  certificateArn: { why: 'LocalStack has no CloudFront that could show it' },
  webAclArn: { why: 'LocalStack has no firewall' },
  availabilityZones: { why: 'on LocalStack functions stand in no network' },
  alarmEmail: { why: 'nothing reports the metrics of alarms on LocalStack' },
};

/**
 * What keys say against each other, or leave unsaid, one sentence each. Keys whose own value is wrong are taken as
 * given: that is said elsewhere.
 *
 * @param context the application's own keys
 */
export function contradictions(context: Context): string[] {
  if (context.target === 'localstack') return ofLocalStack(context);
  return [...ofAuth(context), ...ofAlarms(context), ...ofSiteDomain(context), ...ofAws(context)];
}

function ofAuth(context: Context): string[] {
  const production = context.stage === 'prod';
  if (production && context.auth === 'none') {
    return [
      'Context "auth": prod is not built without sign-in, since everybody could read all orders; ' +
        'leave auth=none out or deploy stage=dev.',
    ];
  }
  const auth = context.auth ?? (production ? 'jwt' : 'none');
  if (auth === 'jwt') {
    return Object.entries(DEMANDED_BY_JWT)
      .filter(([key]) => !isGiven(context, key))
      .map(
        ([key, { what, example }]) =>
          `Context "${key}" is missing: auth=jwt${production ? ', which prod demands,' : ''} needs ${what}; ` +
          `add -c ${key}=${example}.`,
      );
  }
  if (auth !== 'none') return [];
  return [...Object.keys(DEMANDED_BY_JWT), 'operatorClaim']
    .filter((key) => isGiven(context, key))
    .map((key) => `Context "${key}" has no meaning without sign-in; add -c auth=jwt or leave ${key} out.`);
}

function ofAlarms(context: Context): string[] {
  if (context.stage !== 'prod' || isGiven(context, 'alarmEmail')) return [];
  return [
    'Context "alarmEmail" is missing: prod does not go without somebody who hears its alarms; ' +
      'add -c alarmEmail=oncall@example.com.',
  ];
}

function ofSiteDomain(context: Context): string[] {
  const [domain, certificate] = [isGiven(context, 'siteDomain'), isGiven(context, 'certificateArn')];
  if (domain === certificate) return [];
  const [given, missing] = domain ? ['siteDomain', 'certificateArn'] : ['certificateArn', 'siteDomain'];
  return [
    `Context "${missing}" is missing: a name of the site's own needs its certificate with it; ` +
      `add ${missing} or leave ${given} out.`,
  ];
}

function ofLocalStack(context: Context): string[] {
  return Object.entries(REFUSED_ON_LOCALSTACK)
    .filter(([key, { value }]) => (value === undefined ? isGiven(context, key) : context[key] === value))
    .map(([key, { value, why }]) => {
      const given = value === undefined ? key : `${key}=${value}`;
      return `Context "${key}" is refused with target=localstack: ${why}; leave ${given} out or deploy target=aws.`;
    });
}

function ofAws(context: Context): string[] {
  return ['shardAddresses', 'kafkaBrokers', 'apiUrl', 's3Endpoint']
    .filter((key) => isGiven(context, key))
    .map((key) => `Context "${key}" has no meaning on AWS; add -c target=localstack or leave ${key} out.`);
}

function isGiven(context: Context, key: string): boolean {
  return context[key] !== undefined;
}
