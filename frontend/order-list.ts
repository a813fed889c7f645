import type { ShardRange } from '../functions/domain/shard-map.ts';
import type { Api, Order, OrderPage } from './api.ts';
import { byId, setText } from './dom.ts';
import { formatCount, formatTime } from './format.ts';
import { createOrderTable } from './order-table.ts';
import { repeatWhileVisible } from './poll.ts';

const REFRESH_PAUSE_MS = 4_000;
const TYPING_PAUSE_MS = 300;
/** The API gives at most this many orders in one answer; a longer list cannot be kept fresh by one request. */
const LIVE_LIMIT = 200;

/** The list of orders. */
export interface OrderList {
  /** To call when an order was placed, so that it shows at once. */
  refresh(): void;
  /** To call when the reader is another one: nothing of what is shown stays. */
  restart(): void;
}

/**
 * The newest orders, of all users that the reader may see or of one, kept fresh while the page is visible.
 *
 * @param shards the shard map, to say where an order lives
 * @param mayAsk whether the reader may ask for orders at all; while not, the list stays empty and the API is left alone
 */
export function createOrderList(api: Api, shards: readonly ShardRange[], mayAsk: () => boolean): OrderList {
  const section = byId('orders', HTMLElement);
  const news = byId('orders-news', HTMLElement);
  const filter = byId('filter-user', HTMLInputElement);
  const pageSize = byId('page-size', HTMLSelectElement);
  const more = byId('load-more', HTMLButtonElement);
  const toNewest = byId('back-to-newest', HTMLButtonElement);
  const table = createOrderTable(shards, (name) => {
    filter.value = name;
    void search();
  });

  let user = '';
  let orders: readonly Order[] = [];
  let next: string | undefined;
  let wanted = Number(pageSize.value);
  let outdated = true;
  let request = new AbortController();

  const show = (state: 'ready' | 'failed', level: 'fine' | 'warning' | 'error', sentence: string) => {
    section.dataset.state = state === 'ready' && orders.length === 0 ? 'empty' : state;
    section.ariaBusy = 'false';
    news.dataset.level = level;
    setText(news, sentence);
    setText(byId('orders-empty', HTMLElement), state === 'failed' ? 'The orders cannot be shown.' : nothing(user));
    table.show(orders);
    more.hidden = next === undefined;
    toNewest.hidden = wanted <= LIVE_LIMIT;
  };

  /** Puts one page behind the given orders. A newer request ends the older one, whose answer nobody waits for any more. */
  const load = async (page: { limit: number; cursor?: string }, before: readonly Order[]) => {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const answer = await api.listOrders({ ...page, user }, signal);
      orders = [...before, ...answer.orders];
      next = answer.next_cursor;
      wanted = before.length + page.limit;
      outdated = false;
      show('ready', answer.partial ? 'warning' : 'fine', summary(orders.length, next !== undefined, user, answer));
      setText(byId('orders-updated', HTMLElement), `Updated ${formatTime(new Date()).clock}`);
    } catch (error) {
      if (signal.aborted) return;
      // Orders that answer another question than the one asked are worse than none.
      if (outdated) [orders, next] = [[], undefined];
      show(outdated ? 'failed' : 'ready', 'error', error instanceof Error ? error.message : String(error));
    }
  };

  const refresh = repeatWhileVisible(async () => {
    if (!mayAsk() || more.disabled || wanted > LIVE_LIMIT) return;
    await load({ limit: wanted }, []);
  }, REFRESH_PAUSE_MS);

  const search = () => {
    user = filter.value.trim();
    wanted = Number(pageSize.value);
    outdated = true;
    more.disabled = false;
    section.ariaBusy = 'true';
    return refresh();
  };

  const loadMore = async () => {
    if (next === undefined || more.disabled) return;
    more.disabled = true;
    await load({ limit: Number(pageSize.value), cursor: next }, orders);
    more.disabled = false;
  };

  let typing: ReturnType<typeof setTimeout> | undefined;
  filter.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(search, TYPING_PAUSE_MS);
  });
  byId('filter', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
  pageSize.addEventListener('change', search);
  more.addEventListener('click', loadMore);
  toNewest.addEventListener('click', search);

  return {
    refresh: () => void (wanted > LIVE_LIMIT ? search() : refresh()),
    restart: () => {
      request.abort();
      [orders, next] = [[], undefined];
      table.show(orders);
      section.dataset.state = 'loading';
      void search();
    },
  };
}

/** What the list shows, in a sentence; what it lacks comes first. */
function summary(count: number, hasMore: boolean, user: string, { partial, unavailable_shards }: OrderPage): string {
  if (partial) {
    const shards = unavailable_shards?.join(' and ') || 'A shard';
    return `${shards} cannot be reached: orders are missing here`;
  }
  const noun = count === 1 ? 'order' : 'orders';
  const whose = user ? ` of ${user}` : '';
  return hasMore ? `The newest ${formatCount(count)} ${noun}${whose}` : `${formatCount(count)} ${noun}${whose}`;
}

function nothing(user: string): string {
  return user ? `${user} has no orders yet.` : 'No orders yet. Place the first one.';
}
