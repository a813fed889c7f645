import type { Principal } from '../../../aws-api/api-call.ts';
import { ACCOUNT_ID, REGION } from '../../../aws-identity.ts';

/** What a caller of the evaluation says of a request: values by condition key, in any case. */
export type ConditionValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The values of a request's condition keys, whose names have no case. */
export interface RequestContext {
  /** Undefined when the request has no such key. */
  get(key: string): readonly string[] | undefined;
}

type Source = (request: { principal: Principal; resource: string; now: Date }) => string | undefined;

const account: Source = ({ principal }) => (principal.kind === 'service' ? undefined : ACCOUNT_ID);
const PRINCIPAL_TYPES = { role: 'AssumedRole', operator: 'User', service: undefined } as const;

/**
 * The condition keys whose values follow from the caller, the resource and the time.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const COMMON_KEYS: Readonly<Record<string, Source>> = {
  'aws:PrincipalArn': ({ principal }) => (principal.kind === 'service' ? undefined : principal.arn),
  'aws:PrincipalAccount': account,
  'aws:PrincipalType': ({ principal }) => PRINCIPAL_TYPES[principal.kind],
  'aws:PrincipalIsAWSService': ({ principal }) => String(principal.kind === 'service'),
  'aws:PrincipalServiceName': ({ principal }) => (principal.kind === 'service' ? principal.name : undefined),
  'aws:ResourceAccount': ({ resource }) => resource.split(':')[4] || ACCOUNT_ID,
  'aws:RequestedRegion': () => REGION,
  'aws:CurrentTime': ({ now }) => now.toISOString(),
  'aws:EpochTime': ({ now }) => String(Math.floor(now.getTime() / 1000)),
  // Loopback stands for the TLS of AWS's endpoints.
  'aws:SecureTransport': () => 'true',
  'aws:ViaAWSService': () => 'false',
};

/**
 * Those that a request has if its service or the caller's credentials give them. There is no organization, no federation and no
 * multi-factor authentication here, so those are always absent.
 */
const OPTIONAL_KEYS = [
  ...['aws:SourceArn', 'aws:SourceAccount', 'aws:SourceIp', 'aws:SourceVpc', 'aws:SourceVpce', 'aws:UserAgent'],
  ...['aws:Referer', 'aws:username', 'aws:MultiFactorAuthPresent', 'aws:MultiFactorAuthAge', 'aws:FederatedProvider'],
  ...['aws:SourceIdentity', 'aws:CalledVia', 'aws:CalledViaFirst', 'aws:CalledViaLast', 'aws:PrincipalOrgID'],
  ...['aws:PrincipalOrgPaths', 'aws:ResourceOrgID', 'aws:ResourceOrgPaths', 'aws:SourceOrgID', 'aws:SourceOrgPaths'],
  ...['lambda:SourceFunctionArn', 'lambda:EventSourceToken', 'lambda:FunctionUrlAuthType'],
  ...['lambda:InvokedViaFunctionUrl', 's3:prefix', 's3:delimiter', 's3:max-keys'],
  ...['secretsmanager:VersionId', 'secretsmanager:VersionStage'],
];

const KEYS: ReadonlyMap<string, Source> = new Map([
  ...OPTIONAL_KEYS.map((key) => [key.toLowerCase(), () => undefined] as const),
  ...Object.entries(COMMON_KEYS).map(([key, source]) => [key.toLowerCase(), source] as const),
]);

/** Whether requests here have, or would have if they could, a condition key of this name. */
export function isKnownKey(key: string): boolean {
  return KEYS.has(key.toLowerCase());
}

/** The context of one request. It is read only where a policy asks for it. @param given what the service says of the request */
export function requestContext(principal: Principal, resource: string, given: ConditionValues = {}): RequestContext {
  const now = new Date();
  let named: Map<string, string | readonly string[] | undefined> | undefined;
  return {
    get(key) {
      const name = key.toLowerCase();
      named ??= new Map(
        [...Object.entries(principal.context ?? {}), ...Object.entries(given)].map(([key, value]) => [
          key.toLowerCase(),
          value,
        ]),
      );
      const value = named.get(name) ?? KEYS.get(name)?.({ principal, resource, now });
      return value === undefined ? undefined : [value].flat();
    },
  };
}
