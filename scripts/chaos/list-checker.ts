import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from './load.ts';
import { isOnTheMove } from './next-map.ts';
import type { Random } from './random.ts';
import { type Attempt, request } from './request.ts';

const PAGE = 100;
const PAUSE_MS = 250;
const PATIENCE_MS = 180_000;

export interface CheckedLists {
  /** How many were read from the first page to the last. */
  readonly lists: number;
  /** Of these, lists of everybody that said themselves that a shard's orders are missing. */
  readonly partial: number;
  /** Lists with users who move that lacked orders, with a page of a former release, which knows the former shard alone. */
  readonly incomplete: number;
  readonly attempts: readonly Attempt[];
  /** In sentences: orders that a list lacked or had twice, or a request that failed again and again. */
  readonly problems: readonly string[];
}

interface Reading {
  readonly api: string;
  /** Whether requests may fail more than once. */
  readonly patient: boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads lists one after the other, page by page, as long as it is wanted: each order that was acknowledged before the first page must
 * be on one of them, and none twice. As docs/api.md says, while a shard is down a list of one user is a 503, so it is asked for again, and a
 * list of everybody may lack that shard's orders, but says so.
 *
 * @param options.of whose lists; that of everybody takes hundreds of pages
 * @param options.storedOrders how many orders each user had before
 */
export async function checkLists(
  options: Reading & {
    of: 'users' | 'everybody';
    load: Load;
    storedOrders: ReadonlyMap<string, number>;
    random: Random;
    isEnough: () => boolean;
  },
): Promise<CheckedLists> {
  const { of, load, storedOrders, random, isEnough } = options;
  const users = [...storedOrders.keys()];
  const storedInAll = [...storedOrders.values()].reduce((sum, each) => sum + each, 0);
  const attempts: Attempt[] = [];
  const problems: string[] = [];
  let [lists, partial, incomplete] = [0, 0, 0];
  while (!isEnough()) {
    const userId = of === 'everybody' ? undefined : random.pick(users);
    const name = `a list of ${userId ?? 'everybody'}`;
    const ofUser = load.acknowledged.filter(({ wanted }) => userId === undefined || wanted.body.user_id === userId);
    const expected = ofUser.map(({ id }) => id);
    const stored = userId === undefined ? storedInAll : (storedOrders.get(userId) ?? 0);
    const read = await readList(userId, attempts, options);
    if ('failure' in read) {
      problems.push(`${name} ${read.failure}`);
      continue;
    }
    lists += 1;
    const isPartial = userId === undefined && read.pages.some((page) => page.partial === true);
    if (isPartial) partial += 1;
    const orders = read.pages.flatMap((page) => page.orders);
    const missing = isPartial ? [] : lackedBy(orders, expected, stored);
    const knowsAll = !read.byFormer || (userId !== undefined && !isOnTheMove(userId));
    if (missing.length > 0 && !knowsAll) incomplete += 1;
    const found = [...(knowsAll ? missing : []), ...wrongIn(orders, userId)];
    problems.push(...found.map((what) => `${name} ${what}`));
  }
  return { lists, partial, incomplete, attempts, problems };
}

interface ListedOrder {
  readonly id: string;
  readonly user_id: string;
}

interface ListPage {
  readonly orders: readonly ListedOrder[];
  readonly next_cursor?: string | null;
  readonly partial?: boolean;
}

/** @param userId undefined for the list of everybody. @returns also whether a former release gave a page */
async function readList(
  userId: string | undefined,
  attempts: Attempt[],
  { api, patient, signal }: Reading,
): Promise<{ readonly pages: readonly ListPage[]; readonly byFormer: boolean } | { readonly failure: string }> {
  const pages: ListPage[] = [];
  let byFormer = false;
  let giveUpAt = performance.now() + PATIENCE_MS;
  for (let tries = 1; ; ) {
    const cursor = pages.at(-1)?.next_cursor;
    const query = new URLSearchParams({
      ...(userId && { user_id: userId }),
      limit: `${PAGE}`,
      ...(cursor && { cursor }),
    });
    const { text, attempt } = await request(`${api}/api/orders?${query}`, signal);
    signal.throwIfAborted();
    attempts.push(attempt);
    if (attempt.status === 200) {
      const page: ListPage = JSON.parse(text);
      pages.push(page);
      byFormer ||= attempt.release === 'former';
      if (!page.next_cursor) return { pages, byFormer };
      giveUpAt = performance.now() + PATIENCE_MS;
      tries = 1;
    } else if (tries > 1 && (!patient || performance.now() > giveUpAt)) {
      return { failure: `failed ${tries} times: ${attempt.status} ${text}` };
    } else {
      tries += 1;
      if (patient) await delay(PAUSE_MS, undefined, { signal });
    }
  }
}

/** @param stored how many orders a list has besides those that are expected */
function lackedBy(orders: readonly ListedOrder[], expected: readonly string[], stored: number): string[] {
  const found = new Set(orders.map(({ id }) => id));
  const missing = expected.filter((id) => !found.has(id));
  const least = stored + expected.length;
  return [
    ...(missing.length > 0 ? [`lacked ${missing.length} orders: ${missing.slice(0, 3).join(', ')}`] : []),
    ...(found.size < least ? [`had ${found.size} of ${least} orders`] : []),
  ];
}

function wrongIn(orders: readonly ListedOrder[], userId: string | undefined): string[] {
  const doubled = orders.length - new Set(orders.map(({ id }) => id)).size;
  const others = new Set(
    orders.map(({ user_id }) => user_id).filter((owner) => userId !== undefined && owner !== userId),
  );
  return [
    ...(doubled > 0 ? [`had ${doubled} orders twice`] : []),
    ...(others.size > 0 ? [`had orders of ${[...others].join(', ')}`] : []),
  ];
}
