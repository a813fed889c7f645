import type { Log } from '../../../tooling/log.ts';
import type { AccessRequest, Decision } from './policy-evaluation.ts';
import { remedy } from './refusal.ts';

/** How many refusals are remembered as logged. */
const MOST_REMEMBERED = 1000;

type Refused = Pick<AccessRequest, 'principal' | 'action' | 'resource'>;

/** Logs which role may not do what, with what grants it: once, however often it is tried. */
export class RefusalLog {
  readonly #log: Log;
  readonly #logged = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param subject what stands for the resource when it is asked whether this was logged before */
  note({ principal, action, resource }: Refused, decision: Pick<Decision, 'reason'>, subject = resource): void {
    const what = `${principal.name} ${action} ${subject}`;
    if (this.#logged.has(what)) return;
    if (this.#logged.size >= MOST_REMEMBERED) this.#logged.clear();
    this.#logged.add(what);
    const { reason } = decision;
    const remedyText = remedy({ action, resource }, decision);
    this.#log.warn(`the role ${principal.name} may not do ${action} on ${resource} ${reason}.${remedyText}`);
  }
}
