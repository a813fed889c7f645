import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DEFAULT_SHARD_MAP, type OwningShard } from '../../../functions/domain/shard-map.ts';
import { operatorConfig } from '../../../local/aws-identity.ts';
import { OWN_APP } from '../../../tooling/own-app.ts';
import type { Instance } from '../../chaos/instance.ts';
import { runAll } from '../../chaos/run-all.ts';
import { masterUrls } from '../../master-urls.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import type { Figure } from '../figures.ts';
import { type Measured, runClosedLoop } from '../load/closed-loop.ts';
import { runLoad, warmUp } from '../load/run-load.ts';
import { PREFIX, watchProcessorTime } from '../process-groups.ts';

const LIMIT_MS = 1_800_000;
/** Each row takes an object as well; that is slower. */
const FEWER_WITH_RECEIPTS = 10;
const STEADY = { clients: 8, perSecond: 20 };
/** As many receipts as the relay stores at a time. */
const OBJECTS_AT_A_TIME = 10;

// What a shard keeps of an outage: orders whose event is due, and whose receipt is if $2 says so. $3 and $4 are the shard's letters.
const OUTAGE = `
  WITH stored AS (
    INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
    SELECT uuidv7(at - clock_timestamp()), chr(ascii($3) + n % $4) || 'outage' || n / $4 % 50, 'Mechanical Keyboard', 1, 149.99, 'created', at, at
    FROM (SELECT n, (now() - n * interval '1 millisecond')::timestamptz(3) AS at FROM generate_series(1, $1::int) AS n) AS all_of_them
    RETURNING id, user_id, created_at
  )
  INSERT INTO outbox (order_id, user_id, receipt_pending, created_at, due_at, left_to_relay)
  SELECT id, user_id, $2, created_at, now(), true FROM stored`;

/** How fast the relay delivers what an outage has left, and what clients notice of it. */
export const drain: Part = {
  measures: 'rows of the outbox a second after an outage, and what that does to orders meanwhile',
  run: (context) => withSystem(context, (instance) => measureDrains(context, instance)),
};

async function measureDrains(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, seed, signal, say } = context;
  const { addresses } = instance;
  const place = (seconds: number, ending = signal) =>
    runLoad({ api: addresses.api, seed, ...STEADY, warmUpSeconds: 0, seconds }, ending);
  await warmUp({ api: addresses.api, seed, clients: STEADY.clients }, signal);
  say(`drain: ${STEADY.perSecond} orders a second, nothing due`);
  const calm = await place(sizes.seconds * sizes.rounds);
  const objects = await objectsPerSecond(addresses, sizes.seconds);
  const figures: Figure[] = [{ what: 'objects a second, by themselves', of: 'with receipts', value: objects }];
  for (const [of, rows, receipts] of [
    ['events only', sizes.rows, false],
    ['with receipts', Math.ceil(sizes.rows / FEWER_WITH_RECEIPTS), true],
  ] as const) {
    say(`drain: ${rows} rows, ${of}`);
    await leaveOutage(addresses, rows, receipts);
    const spent = watchProcessorTime(instance.pid, instance.dataDir);
    let [isOver, seconds, cpu, placed] = [false, 0, 0, { p99: 0, errors: 0 }];
    const relaying = async (ending: AbortSignal) => {
      seconds = await relayEverything(addresses, ending);
      cpu = spent().get('relay-outbox') ?? 0;
      isOver = true;
    };
    const placing = async (ending: AbortSignal) => {
      placed = await placeUntil(
        () => isOver,
        () => place(2, ending),
      );
    };
    await runAll(signal, relaying, placing);
    figures.push(
      {
        what: 'rows a second',
        of,
        value: rows / seconds,
        wanted: { atLeast: receipts ? Math.round(objects / 2) : 2_000 },
      },
      { what: 'p99 of orders, ratio to nothing due', of, value: placed.p99 / calm.p99, wanted: { atMost: 2 } },
      { what: 'p99 of orders, ms', of, value: placed.p99 },
      { what: 'errors', of, value: placed.errors, wanted: { atMost: 0 } },
      { what: 'CPU per row of relay-outbox, ms', of, value: cpu / rows },
    );
  }
  return [...figures, { what: 'p99 of orders, ms', of: 'nothing due', value: calm.p99 }];
}

/** Places orders again and again. @returns the median of their 99th percentiles, and all failures */
async function placeUntil(
  isOver: () => boolean,
  place: () => Promise<Measured>,
): Promise<{ p99: number; errors: number }> {
  const times: number[] = [];
  let errors = 0;
  do {
    const { p99, failures } = await place();
    times.push(p99);
    errors += Object.values(failures).reduce((sum, count) => sum + count, 0);
  } while (!isOver());
  return { p99: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0, errors };
}

async function leaveOutage(addresses: OwnAddresses, rows: number, receipts: boolean): Promise<void> {
  const masters = Object.values(await masterUrls(addresses));
  const ofEach = Math.ceil(rows / masters.length);
  for (const [index, url] of masters.entries()) {
    const { from, to } = DEFAULT_SHARD_MAP[index] as OwningShard;
    const letters = to.charCodeAt(0) - from.charCodeAt(0) + 1;
    await operatorQuery(url, OUTAGE, [ofEach, receipts, from, letters], LIMIT_MS);
  }
}

/** Runs the relay, as its schedule does each minute, until no row is due. @returns seconds */
async function relayEverything({ aws, databases }: OwnAddresses, signal: AbortSignal): Promise<number> {
  const client = new LambdaClient(operatorConfig(aws));
  const begun = performance.now();
  for (const deadline = begun + LIMIT_MS; ; ) {
    await client.send(new InvokeCommand({ FunctionName: `${PREFIX}relay-outbox`, Payload: '{}' }), {
      abortSignal: signal,
    });
    const sql = "SELECT count(*)::int AS left FROM outbox WHERE user_id LIKE '_outage%'";
    const counts = await Promise.all(Object.values(databases).map((url) => operatorQuery<{ left: number }>(url, sql)));
    const left = counts.flat().reduce((sum, row) => sum + row.left, 0);
    if (left === 0) return (performance.now() - begun) / 1_000;
    if (performance.now() > deadline) throw new Error(`${left} rows are left after half an hour.`);
  }
}

/** What the object store takes of this process, which does nothing else. */
async function objectsPerSecond({ aws }: OwnAddresses, seconds: number): Promise<number> {
  const s3 = new S3Client({ ...operatorConfig(aws), forcePathStyle: true });
  const { receiptsBucket: Bucket } = OWN_APP.context;
  const { perSecond } = await runClosedLoop(
    { clients: OBJECTS_AT_A_TIME, warmUpSeconds: 1, seconds },
    async (number) => {
      await s3.send(
        new PutObjectCommand({ Bucket, Key: `bench/drain/${number}.txt`, Body: 'OrderFlow receipt\n'.repeat(20) }),
      );
      return undefined;
    },
  );
  return perSecond;
}
