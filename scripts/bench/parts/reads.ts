import { encodeCursor } from '../../../functions/domain/order-page.ts';
import type { Instance } from '../../chaos/instance.ts';
import { seededRandom } from '../../chaos/random.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { Figure } from '../figures.ts';
import { runLoad, warmUp } from '../load/run-load.ts';
import { memoryByGroup, watchProcessorTime } from '../process-groups.ts';
import { APART_MS, storeOrders, USERS, USERS_PER_LETTER } from './stored-orders.ts';

const FEW_ORDERS = 10_000;
const PATHS_OF_A_KIND = 200;
const LAST_ID = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** What reads of a kind, where several kinds have one function. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  'page 1': 'list',
  'deep page': 'list',
  'by user': 'list',
  search: 'list',
};
/** Of a page of any list to page 1 of few orders, and of any read to the same of few. */
const WANTED_RATIO = { atMost: 1.2 };
/** What computes less than this part of a read is not shown by itself. */
const SHOWN_FROM = 0.02;

/** Reading of every kind, from few orders and from many. */
export const reads: Part = {
  measures: 'lists, a search, one order and the statistics, with 10,000 and with many orders a shard',
  run: (context) => withSystem(context, (instance) => measureReads(context, instance)),
};

interface Read {
  readonly kind: string;
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  /** Milliseconds of computing. */
  readonly cpu: number;
  /** The same by process. */
  readonly cpuBy: ReadonlyMap<string, number>;
  readonly errors: number;
  readonly memoryMb: number;
}

async function measureReads(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, say } = context;
  const figures: Figure[] = [];
  const warm = new Set<string>();
  const ofFew = new Map<string, Read>();
  for (const orders of [Math.min(FEW_ORDERS, sizes.orders), sizes.orders]) {
    const amount = `${orders.toLocaleString('en-US')} a shard`;
    say(`reads: storing ${amount}`);
    await storeOrders(instance.addresses, orders);
    const kinds = Object.entries(await pathsOf(instance.addresses, orders, seededRandom(context.seed)));
    for (const [kind, paths] of kinds) {
      say(`reads: ${kind}`);
      const isFirst = !warm.has(FUNCTIONS[kind] ?? kind);
      warm.add(FUNCTIONS[kind] ?? kind);
      const read = await measureRead(context, instance, { kind, paths, isFirst });
      if (!ofFew.has(kind)) ofFew.set(kind, read);
      figures.push(...figuresOf(amount, read, ofFew));
    }
  }
  return figures;
}

async function measureRead(
  { sizes, seed, signal }: BenchContext,
  { pid, dataDir, addresses }: Instance,
  o: { kind: string; paths: readonly string[]; isFirst: boolean },
): Promise<Read> {
  const { kind, paths, isFirst } = o;
  const request = { api: addresses.api, seed, paths, clients: Math.max(...sizes.clients) };
  // The first read of a function: its processes serve the others too.
  if (isFirst) await warmUp(request, signal);
  const spent = watchProcessorTime(pid, dataDir);
  const pace = { warmUpSeconds: 2, seconds: sizes.seconds };
  const { p50, p99, perSecond, all, failures } = await runLoad({ ...request, ...pace }, signal);
  const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);
  const memoryMb = total(memoryByGroup(pid, dataDir).values());
  const errors = total(Object.values(failures));
  const cpuBy = new Map([...spent()].map(([group, ms]) => [group, ms / all]));
  return { kind, p50, p99, perSecond, cpu: total(cpuBy.values()), cpuBy, errors, memoryMb };
}

/** Paths of each kind of read, for which there are orders. */
async function pathsOf(
  { databases }: OwnAddresses,
  orders: number,
  random: ReturnType<typeof seededRandom>,
): Promise<Record<string, string[]>> {
  const sql = 'SELECT id FROM orders LIMIT $1';
  const ids = await Promise.all(
    Object.values(databases).map((url) => operatorQuery<{ id: string }>(url, sql, [PATHS_OF_A_KIND / 2])),
  );
  const some = (path: () => string) => Array.from({ length: PATHS_OF_A_KIND }, path);
  const user = () => `${random.pick(LETTERS)}${USERS}${random.below(USERS_PER_LETTER)}`;
  const middle = Date.now() - (orders / 2) * APART_MS;
  const cursor = () => encodeCursor({ createdAt: new Date(middle - random.below(1_000)), id: LAST_ID });
  return {
    'page 1': ['/api/orders?limit=20'],
    'deep page': some(() => `/api/orders?limit=20&cursor=${cursor()}`),
    'by user': some(() => `/api/orders?limit=20&user_id=${user()}`),
    search: some(() => `/api/orders?limit=20&q=${user().toLowerCase().slice(0, -1)}`),
    'one order': ids.flat().map(({ id }) => `/api/orders/${id}`),
    statistics: ['/api/stats'],
  };
}

function figuresOf(amount: string, read: Read, ofFew: ReadonlyMap<string, Read>): Figure[] {
  const { kind: of, p50, p99, perSecond, cpu, cpuBy, errors, memoryMb } = read;
  const pageOne = FUNCTIONS[of] === undefined ? undefined : ofFew.get('page 1');
  const ratios = (to: string, other: Read | undefined) =>
    other === undefined || other === read
      ? []
      : [
          { what: `${amount}: p50, ratio to ${to}`, of, value: p50 / other.p50, wanted: WANTED_RATIO },
          { what: `${amount}: CPU per read, ratio to ${to}`, of, value: cpu / other.cpu, wanted: WANTED_RATIO },
        ];
  return [
    ...ratios('page 1 of few', pageOne),
    ...ratios('the same of few', ofFew.get(of)),
    { what: `${amount}: errors`, of, value: errors, wanted: { atMost: 0 } },
    { what: `${amount}: reads a second`, of, value: perSecond },
    { what: `${amount}: p50, ms`, of, value: p50 },
    { what: `${amount}: p99, ms`, of, value: p99 },
    { what: `${amount}: CPU per read, ms`, of, value: cpu },
    ...[...cpuBy]
      .filter(([, ms]) => ms >= SHOWN_FROM * cpu)
      .map(([group, value]) => ({ what: `${amount}: CPU per read of ${group}, ms`, of, value })),
    { what: `${amount}: memory (PSS) afterwards, MB`, of, value: memoryMb },
  ];
}
