import { useEffect, useState } from 'preact/hooks';
import { type Api, ApiError, type OrderDetail } from '../api.ts';

/** What is known of one order. */
export interface OrderState {
  /** Undefined before the first response. */
  readonly detail: OrderDetail | undefined;
  /** Why the last request failed, in a sentence; empty when it did not. */
  readonly problem: string;
}

/**
 * Follows an order until it is confirmed and everything is delivered: nothing changes after that.
 *
 * @param version changes when there may be news
 */
export function useOrder(api: Pick<Api, 'order'>, id: string, version: string | undefined): OrderState {
  const [detail, setDetail] = useState<OrderDetail>();
  const [problem, setProblem] = useState('');
  const isComplete = detail !== undefined && hasArrived(detail);
  useEffect(() => {
    if (isComplete) return;
    const request = new AbortController();
    api.order(id, request.signal).then(
      (found) => {
        setDetail(found);
        setProblem('');
      },
      (error: unknown) => {
        if (!request.signal.aborted) setProblem(sentenceOf(error));
      },
    );
    return () => request.abort();
  }, [api, id, version, isComplete]);
  return { detail, problem };
}

function hasArrived({ order, delivery }: OrderDetail): boolean {
  return order.status === 'confirmed' && delivery.receipt === 'stored' && delivery.event === 'published';
}

function sentenceOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 404) return 'There is no order with this id.';
  return error instanceof Error ? error.message : String(error);
}
