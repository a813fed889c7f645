import { useEffect, useRef } from 'preact/hooks';
import { type ShardRange, shardFor, shardName, shownRange } from '../../functions/domain/shard-map.ts';
import type { Order, Overview } from '../api.ts';
import { formatCount, formatDuration, formatOrders, formatTime } from '../format.ts';
import { outagesOf } from '../parts.ts';

interface SystemMapProps {
  readonly overview: Overview | undefined;
  readonly shards: readonly ShardRange[];
  /** Newest first: one that is new travels. */
  readonly orders: readonly Order[];
  readonly isUnreachable: boolean;
}

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, ROW, NODE] = [1200, 68, 168] as const;
/** Above the nodes. */
const LABELS = 32;
const TRAVEL_MS = 2_400;
/** A burst of orders is a crowd, not a parade. */
const TRAVELLERS = 5;

interface Node {
  readonly key: string;
  readonly title: string;
  readonly note: string;
  readonly x: number;
  readonly y: number;
  readonly state: 'up' | 'down' | 'unknown';
}

/** The architecture as it is deployed, with what it does at the moment. */
export function SystemMap({ overview, shards, orders, isUnreachable }: SystemMapProps) {
  const svg = useRef<SVGSVGElement>(null);
  useTravellers(svg, orders, shards);
  const height = LABELS + Math.max(2, shards.length) * ROW - 16;
  const nodes = nodesOf(overview, shards, isUnreachable);
  const at = (key: string) => nodes.find((node) => node.key === key) as Node;
  const stats = overview?.stats;
  const perMinute = stats?.minutes.at(-2)?.orders ?? 0;
  return (
    <section class="panel map" aria-labelledby="map-title">
      <h2 id="map-title" class="visually-hidden">
        The system
      </h2>
      <svg ref={svg} viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label="The system and its state">
        <g class="arrows">
          {shards.map((shard) => (
            <Arrow key={shard.id} id={`to-${shardName(shard)}`} from={at('api')} to={at(shardName(shard))} />
          ))}
          {shards.map((shard) => (
            <Arrow key={shard.id} id={`events-of-${shardName(shard)}`} from={at(shardName(shard))} to={at('kafka')} />
          ))}
          {shards.map((shard) => (
            <Arrow
              key={shard.id}
              id={`receipts-of-${shardName(shard)}`}
              from={at(shardName(shard))}
              to={at('receipts')}
            />
          ))}
          <Arrow id="to-consumer" from={at('kafka')} to={at('consumer')} />
        </g>
        <g class="labels">
          <text x={256} y={16}>{`${formatCount(perMinute)} a minute`}</text>
          <text x={599} y={16}>{`published after ${formatDuration(stats?.lags.published.p50_ms ?? null)}`}</text>
          <text x={943} y={16}>{`confirmed after ${formatDuration(stats?.lags.confirmed.p50_ms ?? null)}`}</text>
        </g>
        {nodes.map((node) => (
          <g key={node.key} class="node" data-state={node.state} transform={`translate(${node.x} ${node.y})`}>
            <rect width={NODE} height={48} rx={10} />
            <circle cx={16} cy={18} r={4.5} />
            <text x={28} y={22} class="title">
              {node.title}
            </text>
            <text x={28} y={38}>
              {node.note}
            </text>
          </g>
        ))}
      </svg>
      <ul class="parts" aria-label="Health of the parts">
        {nodes.map(({ key, title, state, note }) => (
          <li key={key} data-state={state}>
            <strong>{title}</strong> {state}
            <span class="sub">{note}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function nodesOf(overview: Overview | undefined, shards: readonly ShardRange[], isUnreachable: boolean): Node[] {
  const { checks = {}, history = [], stats } = overview ?? {};
  const outages = outagesOf({ checks, history });
  const since = (part: string) => {
    const time = outages.find((outage) => outage.part === part)?.since;
    return time === undefined ? undefined : `since ${formatTime(time).clock}`;
  };
  const state = (part: string) => (isUnreachable ? 'unknown' : (checks[part] ?? 'unknown'));
  const rows = Math.max(2, shards.length);
  const middle = LABELS + ((rows - 1) * ROW) / 2;
  const waiting = stats?.by_status.created.orders ?? 0;
  const api = isUnreachable ? 'down' : overview === undefined ? 'unknown' : 'up';
  return [
    {
      key: 'api',
      title: 'API',
      note: isUnreachable ? 'does not respond' : 'orders come in',
      x: 4,
      y: middle,
      state: api,
    },
    ...shards.map((shard, index): Node => {
      const name = shardName(shard);
      const { from, to } = shownRange(shard);
      const own = stats?.shards.find((each) => each.shard === name);
      const due = own?.outbox.orders ?? 0;
      const note =
        due > 0
          ? `${formatCount(due)} ${due === 1 ? 'waits' : 'wait'}`
          : own === undefined
            ? ''
            : formatOrders(own.orders);
      return {
        key: name,
        title: `${name} ${from}–${to}`,
        note: since(name) ?? note,
        x: 340,
        y: middle + (index - (shards.length - 1) / 2) * ROW,
        state: state(name),
      };
    }),
    {
      key: 'kafka',
      title: 'Kafka',
      note: since('kafka') ?? 'topic orders',
      x: 690,
      y: middle - ROW / 2,
      state: state('kafka'),
    },
    {
      key: 'receipts',
      title: 'S3',
      note: since('receipts') ?? 'receipts',
      x: 690,
      y: middle + ROW / 2,
      state: state('receipts'),
    },
    {
      key: 'consumer',
      title: 'Consumer',
      note: waiting > 0 ? `${formatCount(waiting)} to confirm` : 'all confirmed',
      x: WIDTH - NODE - 4,
      y: middle - ROW / 2,
      // Nobody asks it how it is: its work tells.
      state: isUnreachable || stats === undefined ? 'unknown' : state('kafka') === 'down' ? 'unknown' : 'up',
    },
  ];
}

function Arrow({ id, from, to }: { readonly id: string; readonly from: Node; readonly to: Node }) {
  const [x1, y1, x2, y2] = [from.x + NODE, from.y + 24, to.x, to.y + 24];
  const bend = (x2 - x1) / 2;
  const isHeld = from.state === 'down' || to.state === 'down';
  return (
    <path
      id={`arrow-${id}`}
      d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
      data-held={isHeld ? 'true' : undefined}
    />
  );
}

/** Lets a dot travel for each order that is new on the page. */
function useTravellers(
  svg: { readonly current: SVGSVGElement | null },
  orders: readonly Order[],
  shards: readonly ShardRange[],
): void {
  const newest = useRef<string | undefined>(undefined);
  useEffect(() => {
    const before = newest.current;
    newest.current = orders[0]?.id;
    const element = svg.current;
    if (before === undefined || element === null || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const known = orders.findIndex(({ id }) => id === before);
    for (const order of orders.slice(0, Math.min(known === -1 ? 0 : known, TRAVELLERS))) {
      travel(element, shardName(shardFor(shards, order.user_id)));
    }
  }, [orders]);
}

function travel(svg: SVGSVGElement, shard: string): void {
  const paths = [`to-${shard}`, `events-of-${shard}`, 'to-consumer'].map((id) => svg.querySelector(`#arrow-${id}`));
  const dot = document.createElementNS(SVG, 'circle');
  dot.setAttribute('r', '6');
  dot.setAttribute('class', 'traveller');
  svg.append(dot);
  const whole = paths.map((path) => path as SVGPathElement).filter(Boolean);
  const lengths = whole.map((path) => path.getTotalLength());
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const start = performance.now();
  const step = (now: number) => {
    let left = Math.min(1, (now - start) / TRAVEL_MS) * total;
    const index = lengths.findIndex((length) => {
      if (left <= length) return true;
      left -= length;
      return false;
    });
    const path = whole[index];
    if (path === undefined || now - start >= TRAVEL_MS) return dot.remove();
    const { x, y } = path.getPointAtLength(left);
    dot.setAttribute('cx', String(x));
    dot.setAttribute('cy', String(y));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}
