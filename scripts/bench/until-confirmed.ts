import type { Instance } from '../chaos/instance.ts';
import { waitUntilDrained } from '../chaos/shards.ts';
import type { BenchContext } from './context.ts';

const LIMIT_SECONDS = 300;

/**
 * Waits until all orders are delivered and confirmed, so that all that they cost is counted.
 *
 * @throws Error when that takes more than 300 s: figures would lack the slowest orders
 */
export async function untilConfirmed(
  { say, signal }: Pick<BenchContext, 'say' | 'signal'>,
  { addresses }: Pick<Instance, 'addresses'>,
  wait = waitUntilDrained,
): Promise<void> {
  if ((await wait({ addresses, limitSeconds: LIMIT_SECONDS, report: say, signal })) !== undefined) return;
  throw new Error(`The orders were not confirmed within ${LIMIT_SECONDS} s.`);
}
