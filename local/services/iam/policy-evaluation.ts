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

/** What the policies say of a request. */
export type Decision = { readonly allowed: true } | Refusal;

/** Why a request is refused: a statement denies it, or no policy of a type that has to allow it does. */
export interface Refusal {
  readonly allowed: false;
  /** The type of the policy that denies it, or that none allows it in. */
  readonly policyType: PolicyType;
  /** The name of the statement that denies it; absent where none allows it. */
  readonly deniedBy?: string;
}

export type PolicyType = keyof Applying;

/** The statements that apply to a request, by the type of their policy; undefined where there is no policy of that type. */
interface Applying {
  readonly 'identity-based policy': readonly CompiledStatement[];
  readonly 'resource-based policy': readonly CompiledStatement[];
  readonly 'permissions boundary': readonly CompiledStatement[] | undefined;
  readonly 'VPC endpoint policy': readonly CompiledStatement[] | undefined;
}

const POLICY_TYPES: readonly PolicyType[] = [
  'identity-based policy',
  'resource-based policy',
  'permissions boundary',
  'VPC endpoint policy',
];

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
    if (request.principal.kind === 'operator') return { allowed: true };
    const applying = this.#applying(request);
    for (const policyType of POLICY_TYPES) {
      const deniedBy = applying[policyType]?.find(({ effect }) => effect === 'Deny')?.name;
      if (deniedBy !== undefined) return { allowed: false, policyType, deniedBy };
    }
    const missing = missingGrant(request.principal, applying);
    return missing === undefined ? { allowed: true } : { allowed: false, policyType: missing };
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
function missingGrant(principal: Principal, applying: Applying): PolicyType | undefined {
  if (applying['VPC endpoint policy']?.length === 0) return 'VPC endpoint policy';
  const grants = new Set(applying['resource-based policy'].map((statement) => statement.names(principal)));
  if (grants.has('direct')) return undefined;
  if (principal.kind === 'service') return 'resource-based policy';
  if (applying['identity-based policy'].length === 0 && !grants.has('role')) return 'identity-based policy';
  return applying['permissions boundary']?.length === 0 ? 'permissions boundary' : undefined;
}
