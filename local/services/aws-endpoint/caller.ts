import type { Log } from '../../../tooling/log.ts';
import type { Caller, Principal } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { type PolicyEvaluator, RefusalLog, refusalMessage } from '../iam/service.ts';
import type { Passage } from './passages.ts';

/** Makes callers of principals: what an API asks about them names only the action and the resource. */
export class Callers {
  readonly #evaluator: Pick<PolicyEvaluator, 'evaluate'>;
  readonly #refusals: RefusalLog;

  constructor(evaluator: Pick<PolicyEvaluator, 'evaluate'>, log: Log) {
    this.#evaluator = evaluator;
    this.#refusals = new RefusalLog(log);
  }

  /** @param passage how the call came here, see Passages */
  of(principal: Principal, passage: Passage = {}): Caller {
    return {
      principal,
      requireAccess: (action, resource, details) => {
        const context = { ...passage.context, ...details?.context };
        const request = { principal, action, resource, ...passage, context };
        const decision = this.#evaluator.evaluate(request);
        if (decision.allowed) return;
        // Once for all objects of a bucket.
        this.#refusals.note(request, decision, resource.replace(/\/.*$/s, ''));
        const named = { ...request, resource: details?.askedFor ?? resource };
        throw new AwsError('AccessDenied', refusalMessage(named, decision), 403);
      },
    };
  }
}
