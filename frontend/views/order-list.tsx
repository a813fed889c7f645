import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { placesFor, type ShardRange, shardName } from '../../functions/domain/shard-map.ts';
import type { Order, Statistics } from '../api.ts';
import { formatCount, formatPrice, formatTime, formatTotal } from '../format.ts';
import type { Route } from '../route.ts';
import type { PageState } from './use-overview.ts';
import { useVirtualRows } from './use-virtual-rows.ts';

const ROW_HEIGHT = 58;
const TYPING_PAUSE_MS = 300;
/** Older orders are fetched when fewer than this are left below. */
const AHEAD = 30;

interface OrderListProps {
  readonly shards: readonly ShardRange[];
  readonly route: Route;
  readonly go: (change: Partial<Route>, replace?: boolean) => void;
  readonly state: PageState;
}

/** The orders, newest first, however many there are. */
export function OrderList({ shards, route, go, state }: OrderListProps) {
  const { known, isLoadingOlder } = state;
  const { orders, next } = known;
  const scroller = useRef<HTMLTableSectionElement>(null);
  const { rows, height } = useVirtualRows(orders.length, ROW_HEIGHT, scroller);
  useStayInPlace(orders, scroller);

  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (next !== undefined && last > orders.length - AHEAD) state.loadOlder();
  }, [last, next, orders.length]);

  return (
    <section class="panel orders" aria-labelledby="orders-title">
      <div class="orders-head">
        <h2 id="orders-title" tabIndex={-1}>
          Orders
        </h2>
        <Controls route={route} go={go} />
      </div>
      <p class="orders-line" role="status" id="orders-news">
        {summaryOf(state, route)}
      </p>
      <table aria-labelledby="orders-title" aria-rowcount={next === undefined ? orders.length + 1 : -1}>
        <thead>
          <tr class="row" aria-rowindex={1}>
            {['Product and order', 'User', 'Total', 'Status', 'Placed'].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
        <tbody ref={scroller} tabIndex={0} aria-label="Orders" style={{ '--height': `${height}px` }}>
          {rows.map(({ index, start }) => {
            const order = orders[index];
            if (order === undefined) return null;
            return <Row key={order.id} order={order} shards={shards} index={index} start={start} go={go} />;
          })}
        </tbody>
      </table>
      {orders.length === 0 && <p class="empty">{emptyText(state, route)}</p>}
      <p class="visually-hidden" aria-live="polite">
        {isLoadingOlder ? 'Loading older orders' : ''}
      </p>
    </section>
  );
}

function Controls({ route, go }: Pick<OrderListProps, 'route' | 'go'>) {
  const [text, setText] = useState(route.q);
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setText(route.q), [route.q]);
  const search = (q: string) => {
    clearTimeout(typing.current);
    go({ q: q.trim() }, true);
  };
  return (
    <search>
      <form
        class="controls"
        onSubmit={(event) => {
          event.preventDefault();
          search(text);
        }}
      >
        <label class="visually-hidden" for="search">
          Search by user or order id
        </label>
        <input
          id="search"
          type="search"
          maxLength={100}
          placeholder="User or order id"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget: { value } }) => {
            setText(value);
            clearTimeout(typing.current);
            typing.current = setTimeout(() => search(value), TYPING_PAUSE_MS);
          }}
        />
        <label class="visually-hidden" for="status">
          Status
        </label>
        <select id="status" value={route.status} onChange={({ currentTarget }) => go({ status: currentTarget.value })}>
          <option value="">any status</option>
          <option value="created">created</option>
          <option value="confirmed">confirmed</option>
        </select>
      </form>
    </search>
  );
}

interface RowProps extends Pick<OrderListProps, 'shards' | 'go'> {
  readonly order: Order;
  readonly index: number;
  /** From the top, in pixels. */
  readonly start: number;
}

function Row({ order, shards, index, start, go }: RowProps) {
  const { id, user_id: user, product_name: product, quantity, price, status, created_at } = order;
  const { clock, date, utc } = formatTime(created_at);
  return (
    <tr class="row" aria-rowindex={index + 2} style={{ transform: `translateY(${start}px)` }}>
      <td>
        <button type="button" class="link product" title={product} onClick={() => go({ order: id })}>
          {product}
        </button>
        <span class="sub mono">{id}</span>
      </td>
      <td>
        <button type="button" class="link" title={`Show only the orders of ${user}`} onClick={() => go({ q: user })}>
          {user}
        </button>
        <span class="sub">{placesFor(shards, user).map(shardName).join(' or ')}</span>
      </td>
      <td class="amount">
        <span>{formatTotal(quantity, price)}</span>
        <span class="sub">{`${formatCount(quantity)} × ${formatPrice(price)}`}</span>
      </td>
      <td>
        <span class="badge" data-status={status}>
          {status}
        </span>
      </td>
      <td>
        <time dateTime={created_at} title={utc}>
          {clock}
          <span class="sub">{date}</span>
        </time>
      </td>
    </tr>
  );
}

/** Orders that come in on top do not push away what the reader looks at. */
function useStayInPlace(orders: readonly Order[], scroller: { readonly current: HTMLElement | null }): void {
  const first = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const before = first.current;
    first.current = orders[0]?.id;
    const element = scroller.current;
    if (before === undefined || element === null || element.scrollTop < ROW_HEIGHT / 2) return;
    const moved = orders.findIndex(({ id }) => id === before);
    if (moved > 0) element.scrollTop += moved * ROW_HEIGHT;
  }, [orders]);
}

/** What the list shows, in a sentence; what it lacks comes first. */
function summaryOf({ known, overview, problem, isAsking, liveness }: PageState, { q, status }: Route): string {
  if (problem !== '' && liveness !== 'reconnecting') return problem;
  const list = overview?.list;
  if (isAsking) return problem === '' ? 'Loading the newest orders' : problem;
  if (list === undefined) return 'No shard that has these orders can be reached';
  if (list.partial) {
    return `${list.unavailable_shards?.join(' and ') ?? 'A shard'} cannot be reached: orders are missing here`;
  }
  const count = known.orders.length;
  const what = `${status === '' ? '' : `${status} `}${count === 1 ? 'order' : 'orders'}`;
  const whose = q === '' ? '' : ` of ${q}`;
  if (known.next === undefined) return `${formatCount(count)} ${what}${whose}`;
  const all = q === '' ? totalOf(overview?.stats, status) : undefined;
  return `The newest ${formatCount(count)}${all === undefined ? '' : ` of ${formatCount(all)}`} ${what}${whose}`;
}

/** How many orders there are with a status, or with any when it is empty; undefined when nobody knows. */
function totalOf(stats: Statistics | undefined, status: string): number | undefined {
  if (stats === undefined || stats.partial) return undefined;
  return status === 'created' || status === 'confirmed' ? stats.by_status[status].orders : stats.orders;
}

function emptyText({ overview, problem, isAsking }: PageState, { q, status }: Route): string {
  if (problem !== '') return 'The orders cannot be shown.';
  if (isAsking) return '';
  if (overview?.list === undefined) return 'The orders cannot be shown.';
  if (q !== '') return `There are no ${status} orders of ${q}.`.replace('  ', ' ');
  return status === '' ? 'No orders yet. Place the first one.' : `There are no ${status} orders.`;
}
