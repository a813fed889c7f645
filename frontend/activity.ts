import type { Order, Transition } from './api.ts';
import { partName } from './parts.ts';

/** Something that happened. */
export interface Occurrence {
  readonly key: string;
  readonly at: string;
  readonly kind: 'placed' | 'confirmed' | 'down' | 'up';
  readonly text: string;
  /** The order it is about. */
  readonly order?: string;
}

const MOST = 40;

/** What happened lately, the newest first, as the API tells it. */
export function activityOf(orders: readonly Order[], history: readonly Transition[]): Occurrence[] {
  const ofOrders = orders.flatMap((order): Occurrence[] => {
    const { id, user_id: user, product_name: product, created_at, updated_at, status } = order;
    const placed = { key: `placed ${id}`, at: created_at, kind: 'placed', text: `${user} ordered ${product}` } as const;
    if (status !== 'confirmed') return [{ ...placed, order: id }];
    const confirmed = { key: `confirmed ${id}`, at: updated_at, kind: 'confirmed' } as const;
    return [
      { ...placed, order: id },
      { ...confirmed, text: `Confirmed: ${user}’s ${product}`, order: id },
    ];
  });
  const ofParts = history.map(
    ({ part, state, at }): Occurrence => ({
      key: `${part} ${at}`,
      at,
      kind: state,
      text: state === 'down' ? `${partName(part)} went down` : `${partName(part)} is back`,
    }),
  );
  return [...ofOrders, ...ofParts].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MOST);
}
