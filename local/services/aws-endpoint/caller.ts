import type { Log } from '../../../tooling/log.ts';
import type { AccessDetails, Caller, Principal } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import {
  type AccessRequest,
  type Decision,
  grantingLine,
  type PolicyEvaluator,
  refusalMessage,
} from '../iam/service.ts';
import type { Passage } from './passages.ts';

/** How many refusals are remembered as logged. */
const MOST_REMEMBERED = 1000;

/** Makes callers of principals: what an API asks about them names only the action and the resource. */
export class Callers {
  readonly #evaluator: Pick<PolicyEvaluator, 'evaluate'>;
  readonly #log: Log;
  readonly #logged = new Set<string>();

  constructor(evaluator: Pick<PolicyEvaluator, 'evaluate'>, log: Log) {
    this.#evaluator = evaluator;
    this.#log = log;
  }

  /** @param passage how the call came here, see Passages */
  of(principal: Principal, passage: Passage = {}): Caller {
    const evaluate = (action: string, resource: string, { context }: AccessDetails = {}) => {
      const request = { principal, action, resource, ...passage, context: { ...passage.context, ...context } };
      return this.#evaluator.evaluate(request);
    };
    return {
      principal,
      mayDo: (...request) => evaluate(...request).allowed,
      requireAccess: (action, resource, details) => {
        const decision = evaluate(action, resource, details);
        if (decision.allowed) return;
        this.#note({ principal, action, resource }, decision);
        const named = { principal, action, resource: details?.askedFor ?? resource };
        throw new AwsError('AccessDenied', refusalMessage(named, decision), 403);
      },
    };
  }

  /** Logs a refusal, once for a role, an action and a resource; once for all objects of a bucket. */
  #note(
    { principal, action, resource }: Pick<AccessRequest, 'principal' | 'action' | 'resource'>,
    { reason }: Decision,
  ) {
    const what = `${principal.name} ${action} ${resource.replace(/\/.*$/s, '')}`;
    if (this.#logged.has(what)) return;
    if (this.#logged.size >= MOST_REMEMBERED) this.#logged.clear();
    this.#logged.add(what);
    const remedy = reason.startsWith('because') ? ` In the CDK: ${grantingLine({ action, resource })}.` : '';
    this.#log.warn('the role %s may not do %s on %s %s.%s', principal.name, action, resource, reason, remedy);
  }
}
