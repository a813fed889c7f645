import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api, Order, OrderDetail } from '../api.ts';
import { formatCount, formatDuration, formatPrice, formatTime, formatTotal } from '../format.ts';
import { useOrder } from './use-order.ts';
import { useReceipt } from './use-receipt.ts';

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
            <Detail detail={detail} api={api} />
            <button type="button" class="again" onClick={orderAgain}>
              Order again
            </button>
          </>
        )}
      </div>
    </dialog>
  );
}

interface DetailProps {
  readonly detail: OrderDetail;
  readonly api: Pick<Api, 'receipt'>;
}

function Detail({ detail, api }: DetailProps) {
  const { order, shard_info } = detail;
  return (
    <>
      <p class="drawer-product">{order.product_name}</p>
      <p>
        {`${formatCount(order.quantity)} × ${formatPrice(order.price)} = `}
        <strong>{formatTotal(order.quantity, order.price)}</strong>
        {` for ${order.user_id} on ${shard_info}`}
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
      <h3 id="events-title">Its events</h3>
      <ul class="events" aria-labelledby="events-title" aria-live="polite">
        {eventsOf(detail).map(({ type, place }) => (
          <li key={type}>
            <span class="mono">{type}</span> <span class="sub">{place}</span>
          </li>
        ))}
      </ul>
      <h3>Its receipt</h3>
      <ReceiptText detail={detail} api={api} />
      <details>
        <summary>Raw JSON</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
        <pre tabIndex={0}>{JSON.stringify(detail, undefined, 2)}</pre>
      </details>
    </>
  );
}

function ReceiptText({ detail: { order, receipt: key, delivery }, api }: DetailProps) {
  const isStored = delivery.receipt === 'stored';
  const { receipt, problem } = useReceipt(api, order.id, isStored);
  if (!isStored) return <p>Not stored yet: S3 gets it as soon as it can.</p>;
  return (
    <>
      {receipt !== undefined && <pre class="receipt">{receipt.text}</pre>}
      <p class="error" role="alert">
        {problem}
      </p>
      <p class="mono">
        {receipt === undefined ? (
          key
        ) : (
          <a href={receipt.url} target="_blank" rel="noreferrer">
            {key}
          </a>
        )}
      </p>
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

/** Those that are known to be in Kafka. */
function eventsOf({ order, shard, delivery, event }: OrderDetail): { readonly type: string; readonly place: string }[] {
  const created = event === undefined ? '' : `, partition ${event.partition}, offset ${event.offset}`;
  return [
    ...(delivery.event === 'published'
      ? [{ type: 'order.created', place: `topic orders, key ${order.user_id}${created}` }]
      : []),
    ...(order.status === 'confirmed'
      ? [{ type: 'order.confirmed', place: `topic order-confirmations, the partition of ${shard}` }]
      : []),
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
