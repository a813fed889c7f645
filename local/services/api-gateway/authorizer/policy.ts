import { z } from 'zod';

const oneOrMore = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (Array.isArray(value) ? value : [value]));

// Strict, so that a condition or an exception never goes unnoticed.
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
});

/** The policy document that an authorizer returns, without conditions and `Not...` elements. */
export const policyDocument = z.object({
  Version: z.string().optional(),
  Statement: z.union([z.array(statement), statement.transform((single) => [single])]),
});

export type PolicyDocument = z.output<typeof policyDocument>;

export type Decision = 'allow' | 'explicit-deny' | 'implicit-deny';

const INVOKE = 'execute-api:Invoke';

/**
 * Whether a policy allows a method to be invoked. A denial overrides whatever allows it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */
export function decide(policy: PolicyDocument, methodArn: string): Decision {
  const applying = policy.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matches(pattern.toLowerCase(), INVOKE.toLowerCase())) &&
      Resource.some((pattern) => matches(pattern, methodArn)),
  );
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'explicit-deny';
  return applying.length > 0 ? 'allow' : 'implicit-deny';
}

/** `*` stands for any characters, slashes and colons included, `?` for any single one. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's').test(text);
}
