import type { Principal } from '../../../aws-api/api-call.ts';
import { ACCOUNT_ID, PARTITION } from '../../../aws-identity.ts';
import type { Principals, Statement } from './policy-document.ts';

/**
 * How a statement names a principal. Naming the account leaves the decision to the policies of its roles; naming a role
 * grants within the role's permissions boundary; all else grants as it is.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export type PrincipalMatch = 'account' | 'role' | 'direct';

const ACCOUNT = [ACCOUNT_ID, `arn:${PARTITION}:iam::${ACCOUNT_ID}:root`];

/** How a caller is named in errors and by GetCallerIdentity: a role as the session in which it is used. */
export function callerArn({ kind, name, arn, session }: Principal): string {
  return kind === 'role' ? `arn:${PARTITION}:sts::${ACCOUNT_ID}:assumed-role/${name}/${session ?? name}` : arn;
}

/** Compiles the `Principal` or `NotPrincipal` of a statement; one without either is about whom it is attached to. */
export function principalMatcher({
  Principal,
  NotPrincipal,
}: Statement): (who: Principal) => PrincipalMatch | undefined {
  if (Principal) return (who) => matchOf(Principal, who);
  if (NotPrincipal) return (who) => (isSpared(NotPrincipal, who) ? undefined : 'direct');
  return () => 'direct';
}

function matchOf({ AWS = [], Service = [] }: Principals, who: Principal): PrincipalMatch | undefined {
  if (AWS.includes('*')) return 'direct';
  if (who.kind === 'service') return Service.includes(who.name) ? 'direct' : undefined;
  if (AWS.includes(callerArn(who))) return 'direct';
  if (AWS.includes(who.arn)) return 'role';
  return ACCOUNT.some((account) => AWS.includes(account)) ? 'account' : undefined;
}

/**
 * The account, the role and the session must all be left out, since each of them may be denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function isSpared({ AWS = [], Service = [] }: Principals, who: Principal): boolean {
  if (who.kind === 'service') return Service.includes(who.name);
  return ACCOUNT.some((account) => AWS.includes(account)) && AWS.includes(who.arn) && AWS.includes(callerArn(who));
}
