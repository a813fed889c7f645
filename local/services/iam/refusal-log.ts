import type { Log } from '../../../tooling/log.ts';
import type { AccessRequest, Refusal } from './policy-evaluation.ts';
import { refusalText } from './refusal.ts';

/** How many refusals are remembered as logged. */
const MOST_REMEMBERED = 1000;

/** Logs who may not do what, with what grants it: once, however often it is tried. */
export class RefusalLog {
  readonly #log: Log;
  readonly #logged = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param subject what stands for the resource when it is asked whether this was logged before */
  note(request: AccessRequest, refusal: Refusal, subject = request.resource): void {
    const what = `${request.principal.name} ${request.action} ${subject} ${refusal.policyType} ${refusal.deniedBy}`;
    if (this.#logged.has(what)) return;
    if (this.#logged.size >= MOST_REMEMBERED) this.#logged.clear();
    this.#logged.add(what);
    this.#log.warn(refusalText(request, refusal));
  }
}
