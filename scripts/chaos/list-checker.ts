import { releaseOf } from './former-release.ts';
import type { AcknowledgedOrder, Load } from './load.ts';
import { isOnTheMove } from './next-map.ts';
import type { Random } from './random.ts';

const PAGE = 100;
const TIMEOUT_MS = 10_000;

export interface CheckedLists {
  readonly lists: number;
  /** Requests that failed, and were asked once more. */
  readonly retried: number;
  /** Lists of users who move that lacked orders, with a page of a former release, which knows the former shard alone. */
  readonly incomplete: number;
  /** In sentences: an order that a list lacked or had twice, or a request that failed twice. */
  readonly problems: readonly string[];
}

/**
 * Reads the lists of users one after the other, page by page, as long as it is wanted: each order that was acknowledged before the
 * first page must be on one of them, and none twice.
 *
 * @param options.storedOrders how many orders each user had before
 */
export async function checkLists(options: {
  api: string;
  load: Load;
  storedOrders: ReadonlyMap<string, number>;
  random: Random;
  isEnough: () => boolean;
  signal: AbortSignal;
}): Promise<CheckedLists> {
  const { api, load, storedOrders, random, isEnough, signal } = options;
  const users = [...storedOrders.keys()];
  const problems: string[] = [];
  let [lists, retried, incomplete] = [0, 0, 0];
  const page = async (userId: string, cursor: string | undefined) => {
    const query = new URLSearchParams({ user_id: userId, limit: String(PAGE), ...(cursor && { cursor }) });
    for (let tries = 1; tries <= 2; tries++) {
      const response = await fetch(`${api}/api/orders?${query}`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        (error: Error) => error,
      );
      if (!(response instanceof Error) && response.status === 200) {
        return { ...((await response.json()) as ListPage), release: releaseOf(response) };
      }
      if (tries === 2)
        problems.push(
          `a list of ${userId} failed twice: ${response instanceof Error ? response.message : response.status}`,
        );
      else retried += 1;
    }
    return undefined;
  };
  while (!isEnough() && !signal.aborted) {
    const userId = random.pick(users);
    const expected = load.acknowledged.filter((order) => order.wanted.body.user_id === userId).map(({ id }) => id);
    const ids: string[] = [];
    const owners = new Set<string>();
    let cursor: string | undefined;
    let complete = false;
    let knowsAll = true;
    do {
      const found = await page(userId, cursor);
      if (found === undefined) break;
      knowsAll &&= found.release !== 'former' || !isOnTheMove(userId);
      for (const order of found.orders) {
        ids.push(order.id);
        owners.add(order.user_id);
      }
      cursor = found.next_cursor ?? undefined;
      complete = cursor === undefined;
    } while (!complete);
    if (!complete) continue;
    lists += 1;
    const missing = lackedBy(userId, ids, expected, storedOrders.get(userId) ?? 0);
    if (missing.length > 0 && !knowsAll) incomplete += 1;
    else problems.push(...missing);
    problems.push(...wrongIn(userId, ids, owners));
  }
  return { lists, retried, incomplete, problems };
}

interface ListPage {
  readonly orders: readonly { readonly id: AcknowledgedOrder['id']; readonly user_id: string }[];
  readonly next_cursor?: string | null;
}

function lackedBy(userId: string, ids: readonly string[], expected: readonly string[], stored: number): string[] {
  const found = new Set(ids);
  const missing = expected.filter((id) => !found.has(id));
  return [
    ...(missing.length > 0 ? [`a list of ${userId} lacked ${missing.join(', ')}`] : []),
    ...(found.size < stored + expected.length
      ? [`a list of ${userId} had ${found.size} of ${stored + expected.length} orders`]
      : []),
  ];
}

function wrongIn(userId: string, ids: readonly string[], owners: ReadonlySet<string>): string[] {
  const doubled = ids.length - new Set(ids).size;
  const others = [...owners].filter((owner) => owner !== userId);
  return [
    ...(doubled > 0 ? [`a list of ${userId} had ${doubled} orders twice`] : []),
    ...(others.length > 0 ? [`a list of ${userId} had orders of ${others.join(', ')}`] : []),
  ];
}
