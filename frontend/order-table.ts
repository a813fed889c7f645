import { type ShardRange, shardFor, shardName } from '../functions/domain/shard-map.ts';
import type { Order } from './api.ts';
import { byId, copyTemplate, field, setText } from './dom.ts';
import { formatCount, formatPrice, formatTime, formatTotal } from './format.ts';

/** An order that appears this soon after its creation is pointed out. */
const FRESH_MS = 10_000;

/** The table's body. */
export interface OrderTable {
  /** Makes the table read exactly so; rows that stay are kept, with the reader's focus and selection in them. */
  show(orders: readonly Order[]): void;
}

/** @param pickUser called with the user id whose name the reader pressed */
export function createOrderTable(shards: readonly ShardRange[], pickUser: (user: string) => void): OrderTable {
  const body = byId('orders-body', HTMLTableSectionElement);
  const rows = new Map<string, HTMLElement>();

  body.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-field="user"]') : null;
    if (button?.textContent) pickUser(button.textContent);
  });

  return {
    show: (orders) => {
      const ids = new Set(orders.map(({ id }) => id));
      for (const [id, row] of rows) {
        if (ids.has(id)) continue;
        row.remove();
        rows.delete(id);
      }
      for (const [index, order] of orders.entries()) {
        const row = rows.get(order.id) ?? newRow(order);
        rows.set(order.id, row);
        fillRow(row, order, shardName(shardFor(shards, order.user_id)));
        // Moving a row would take the focus out of it.
        if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
      }
    },
  };
}

function newRow(order: Order): HTMLElement {
  const row = copyTemplate('order-row');
  row.classList.toggle('fresh', Date.now() - Date.parse(order.created_at) < FRESH_MS);
  return row;
}

function fillRow(row: HTMLElement, order: Order, shard: string): void {
  const { clock, date, utc } = formatTime(order.created_at);
  const user = field(row, 'user');
  const status = field(row, 'status');
  const time = field(row, 'time');
  setText(field(row, 'product'), order.product_name);
  setText(field(row, 'receipt'), order.receipt_s3_key);
  setText(user, order.user_id);
  user.title = `Show only the orders of ${order.user_id}`;
  setText(field(row, 'shard'), shard);
  setText(field(row, 'total'), formatTotal(order.quantity, order.price));
  setText(field(row, 'unit'), `${formatCount(order.quantity)} × ${formatPrice(order.price)}`);
  setText(status, order.status);
  status.dataset.status = order.status;
  setText(field(row, 'clock'), clock);
  setText(field(row, 'date'), date);
  time.title = utc;
  time.setAttribute('datetime', order.created_at);
}
