import { faults, GatewayFault } from '../gateway-fault.ts';
import type { Rate } from '../throttling/rate.ts';
import { TokenBucket } from '../throttling/token-bucket.ts';
import { periodOf, type Quota } from './quota.ts';

export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly enabled: boolean;
}

/** What the holders of some keys may do with some stages. */
export interface UsagePlan {
  readonly stages: readonly { readonly apiId: string; readonly stage: string }[];
  /** For each key. */
  readonly throttle?: Rate | undefined;
  /** For each key. */
  readonly quota?: Quota | undefined;
}

interface Usage {
  readonly bucket: TokenBucket | undefined;
  period: number;
  requests: number;
}

/** API keys, and the plans by which they are used. What a key has used counts from the start of the run. */
export class UsagePlans {
  /** By id. */
  readonly keys = new Map<string, ApiKey>();
  /** By id. */
  readonly plans = new Map<string, UsagePlan>();
  /** By plan and key. */
  readonly keysOfPlans = new Map<string, { readonly planId: string; readonly keyId: string }>();
  /** By plan and key. */
  readonly #usage = new Map<string, Usage>();

  /**
   * Counts a request by its key.
   *
   * @param now for tests
   * @returns the key
   * @throws GatewayFault 403 when no plan of the stage has the key, or it is disabled; 429 when the plan's limits are reached
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
   */
  admit(value: string | undefined, { apiId, stage }: { apiId: string; stage: string }, now = new Date()): ApiKey {
    for (const { planId, keyId } of this.keysOfPlans.values()) {
      const [plan, key] = [this.plans.get(planId), this.keys.get(keyId)];
      if (!plan?.stages.some((each) => each.apiId === apiId && each.stage === stage)) continue;
      if (!key?.enabled || key.value !== value) continue;
      this.#count(`${planId}/${keyId}`, plan, now);
      return key;
    }
    throw new GatewayFault(faults.invalidApiKey);
  }

  #count(id: string, { throttle, quota }: UsagePlan, now: Date): void {
    const usage = this.#usage.get(id) ?? { bucket: throttle && new TokenBucket(throttle), period: 0, requests: 0 };
    this.#usage.set(id, usage);
    if (usage.bucket?.take() === false) throw new GatewayFault(faults.throttled);
    if (!quota) return;
    const period = periodOf(now, quota);
    if (usage.period !== period) Object.assign(usage, { period, requests: 0 });
    if (usage.requests >= quota.limit) throw new GatewayFault(faults.quotaExceeded);
    usage.requests += 1;
  }
}
