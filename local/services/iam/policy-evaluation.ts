import type { Principal } from '../../aws-api/api-call.ts';
import { PolicyStore } from './policies/policy-store.ts';
import { type ConditionValues, requestContext } from './policies/request-context.ts';
import type { CompiledStatement } from './policies/statement.ts';

export interface AccessRequest {
  readonly principal: Principal;
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
  /** What the service knows of the request, by condition key. */
  readonly context?: ConditionValues;
  /** The id of the VPC endpoint that the request passes through, if it does. */
  readonly vpcEndpoint?: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  /** Continues AWS's sentence "... is not authorized to perform: ... on resource: ...". */
  readonly reason: string;
}

/** The statements that apply to a request, by the type of their policy; undefined where there is no policy of that type. */
interface Applying {
  readonly 'identity-based policy': readonly CompiledStatement[];
  readonly 'resource-based policy': readonly CompiledStatement[];
  readonly 'permissions boundary': readonly CompiledStatement[] | undefined;
  readonly 'VPC endpoint policy': readonly CompiledStatement[] | undefined;
}

/** Decides on requests within one account, by the policies of roles, resources and VPC endpoints. */
export class PolicyEvaluator {
  readonly #policies: PolicyStore;

  constructor(policies = new PolicyStore()) {
    this.#policies = policies;
  }

  /**
   * Decides on one request. The operator may do everything.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
   */
  evaluate(request: AccessRequest): Decision {
    const { principal, action } = request;
    if (principal.kind === 'operator') return { allowed: true, reason: 'because the operator may do everything' };
    const applying = this.#applying(request);
    const denying = Object.entries(applying).find(([, statements]) => statements?.some(isDenial))?.[0];
    if (denying) return { allowed: false, reason: `with an explicit deny in ${article(denying)} ${denying}` };
    const missing = missingGrant(principal, applying);
    if (missing) return { allowed: false, reason: `because no ${missing} allows the ${action} action` };
    return { allowed: true, reason: `because a policy allows the ${action} action` };
  }

  #applying({ principal, action, resource, context: given, vpcEndpoint }: AccessRequest): Applying {
    const context = requestContext(principal, resource, given);
    const applies = (statement: CompiledStatement) =>
      statement.coversAction(action) && statement.applies(resource, context);
    const appliesToCaller = (statement: CompiledStatement) =>
      applies(statement) && statement.names(principal) !== undefined;
    const isRole = principal.kind === 'role';
    const endpoint = vpcEndpoint === undefined ? undefined : this.#policies.statementsOfEndpoint(vpcEndpoint);
    return {
      'identity-based policy': isRole ? this.#policies.statementsOfRole(principal.name).filter(applies) : [],
      'resource-based policy': this.#policies.statementsOfResource(resource).filter(appliesToCaller),
      'permissions boundary': isRole ? this.#policies.boundaryOf(principal.name)?.filter(applies) : undefined,
      'VPC endpoint policy': endpoint?.filter(appliesToCaller),
    };
  }
}

/** The type of policy that would have to allow a request which none denies. */
function missingGrant(principal: Principal, applying: Applying): keyof Applying | undefined {
  if (applying['VPC endpoint policy']?.length === 0) return 'VPC endpoint policy';
  const grants = new Set(applying['resource-based policy'].map((statement) => statement.names(principal)));
  if (grants.has('direct')) return undefined;
  if (principal.kind === 'service') return 'resource-based policy';
  if (applying['identity-based policy'].length === 0 && !grants.has('role')) return 'identity-based policy';
  return applying['permissions boundary']?.length === 0 ? 'permissions boundary' : undefined;
}

function isDenial({ effect }: CompiledStatement): boolean {
  return effect === 'Deny';
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}
