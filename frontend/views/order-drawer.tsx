import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api, Order, OrderDetail } from '../api.ts';
import { formatCount, formatDuration, formatPrice, formatTime, formatTotal } from '../format.ts';
import { useOrder } from './use-order.ts';

interface OrderDrawerProps {
  readonly api: Api;
  readonly id: string;
  /** Changes when there may be news. */
  readonly version: string | undefined;
  readonly close: () => void;
  /** Called when the reader wants another one like it. */
  readonly again: (order: Order) => void;
}

/** One order and its way through the system. */
export function OrderDrawer({ api, id, version, close, again }: OrderDrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { detail, problem } = useOrder(api, id, version);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const orderAgain = () => {
    // First, because it gives the focus back to where it was.
    dialog.current?.close();
    if (detail !== undefined) again(detail.order);
  };

  return (
    <dialog ref={dialog} class="drawer" aria-labelledby="drawer-title" onClose={close} closedby="any">
      <div class="drawer-content">
        <header>
          <h2 id="drawer-title">Order</h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </header>
        <p class="mono drawer-id">
          <span>{id}</span> <CopyButton text={id} />
        </p>
        <p class="error" role="alert">
          {problem}
        </p>
        {detail !== undefined && (
          <>
            <Detail detail={detail} receiptUrl={api.receiptUrl(id)} />
            <button type="button" class="again" onClick={orderAgain}>
              Order again
            </button>
          </>
        )}
      </div>
    </dialog>
  );
}

function Detail({ detail, receiptUrl }: { readonly detail: OrderDetail; readonly receiptUrl: string | undefined }) {
  const { order, shard_info, receipt, delivery, event } = detail;
  return (
    <>
      <p class="drawer-product">{order.product_name}</p>
      <p>
        {`${formatCount(order.quantity)} × ${formatPrice(order.price)} = `}
        <strong>{formatTotal(order.quantity, order.price)}</strong>
        {` for ${order.user_id}`}
      </p>
      <h3>Its way</h3>
      <ol class="way">
        {stepsOf(detail).map(({ name, isDone, at, note }) => (
          <li key={name} data-done={isDone ? 'true' : 'false'}>
            <span>{name}</span>
            <span class="sub">{note}</span>
            <span class="when">{whenOf(isDone, at, order.created_at)}</span>
          </li>
        ))}
      </ol>
      <h3>Where things are</h3>
      <dl class="facts">
        <dt>Shard</dt>
        <dd>{shard_info}</dd>
        <dt>Receipt</dt>
        <dd class="mono">
          {receiptUrl !== undefined && delivery.receipt === 'stored' ? (
            <a href={receiptUrl} target="_blank" rel="noreferrer">
              {receipt}
            </a>
          ) : (
            receipt
          )}
        </dd>
        <dt>Event</dt>
        <dd>
          {event === undefined
            ? `topic orders, key ${order.user_id}`
            : `topic orders, key ${order.user_id}, partition ${event.partition}, offset ${event.offset}`}
        </dd>
      </dl>
      <details>
        <summary>Raw JSON</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
        <pre tabIndex={0}>{JSON.stringify(detail, undefined, 2)}</pre>
      </details>
    </>
  );
}

interface Step {
  readonly name: string;
  readonly isDone: boolean;
  readonly at: string | null;
  readonly note: string;
}

function stepsOf({ order, shard, delivery, way }: OrderDetail): Step[] {
  return [
    { name: 'Stored', isDone: true, at: way.stored_at, note: `in ${shard}` },
    { name: 'Receipt stored', isDone: delivery.receipt === 'stored', at: way.receipt_stored_at, note: 'in S3' },
    {
      name: 'Event published',
      isDone: delivery.event === 'published',
      at: way.event_published_at,
      note: 'to Kafka',
    },
    { name: 'Confirmed', isDone: order.status === 'confirmed', at: way.confirmed_at, note: 'by the consumer' },
  ];
}

function whenOf(isDone: boolean, at: string | null, start: string): string {
  if (!isDone) return 'waiting';
  if (at === null) return 'done, time unknown';
  const after = Date.parse(at) - Date.parse(start);
  return after <= 0 ? formatTime(at).clock : `after ${formatDuration(after)}`;
}

/** Copies where the page may: only a secure context has a clipboard. */
function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  if (navigator.clipboard === undefined) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <button type="button" class="small" onClick={() => void copy()}>
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}
