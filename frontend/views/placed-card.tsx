import type { Api, PlacedOrder } from '../api.ts';
import { useOrder } from './use-order.ts';

interface PlacedCardProps {
  readonly api: Api;
  readonly placed: PlacedOrder;
  /** Changes when there may be news of orders. */
  readonly version: string | undefined;
  readonly open: (order: string) => void;
}

/** The order that was placed, as far as it has come. */
export function PlacedCard({ placed, api, version, open }: PlacedCardProps) {
  const { detail, problem } = useOrder(api, placed.order.id, version);
  const { order, shard_info, receipt, delivery } = detail ?? placed;
  return (
    <div class="placed">
      <h3>Order placed</h3>
      <dl>
        <dt>Order</dt>
        <dd class="mono" id="placed-order">
          {order.id}
        </dd>
        <dt>Shard</dt>
        <dd id="placed-shard">{shard_info}</dd>
        <dt>Receipt</dt>
        <dd class="mono" id="placed-receipt">
          {receipt}
        </dd>
        <dt>Status</dt>
        <dd id="placed-status">
          <span class="badge" data-status={order.status}>
            {order.status}
          </span>
        </dd>
        <dt>Delivery</dt>
        <dd>{`receipt ${delivery.receipt}, event ${delivery.event}`}</dd>
      </dl>
      <p class="error">{problem}</p>
      <button type="button" onClick={() => open(order.id)}>
        Follow it
      </button>
    </div>
  );
}
