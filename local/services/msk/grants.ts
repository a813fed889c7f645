import type { Principal } from '../../aws-api/api-call.ts';
import type { Iam } from '../iam/service.ts';
import type { Grants } from './acls.ts';

/** What IAM says of a role now, and which resources its policies name. */
export function grantsOf({ evaluator, policies }: Pick<Iam, 'evaluator' | 'policies'>, role: Principal): Grants {
  const statements = [...policies.statementsOfRole(role.name), ...(policies.boundaryOf(role.name) ?? [])];
  return {
    allows: (action, resource) => evaluator.evaluate({ principal: role, action, resource }).allowed,
    resourcePatterns: statements.flatMap(({ source }) => source.Resource ?? source.NotResource ?? []),
  };
}
