import { randomUUID } from 'node:crypto';
import { functionName } from '../../../infra/names.ts';
import { operatorQuery } from '../../operator-query.ts';
import type { Statement } from '../statements.ts';
import { type System, until } from './system.ts';

/** Something that the whole system does for somebody, and that fails when the system cannot do it. */
export interface Step {
  readonly name: string;
  /** The folders of the functions whose work it needs. */
  readonly functions: readonly string[];
  /** @throws Error when the system does not do it */
  run(system: System): Promise<void>;
}

/** A shard, by one of its letters. */
const SHARDS = [
  { shard: 'shard1', letter: 'c' },
  { shard: 'shard2', letter: 'y' },
] as const;
/** Longer than a request, a poller and a confirmation take; shorter than the relay waits before it steps in. */
const SOON_SECONDS = 12;
/** Lambda tries a record several times before it gives it up. */
const GIVEN_UP_SECONDS = 45;

const newUser = (letter: string) => `${letter}${randomUUID()}`;

interface Placed {
  readonly order: { readonly id: string };
  readonly delivery: { readonly receipt: string; readonly event: string };
}

/** Of user-data, to whatever it was asked. */
interface Answer {
  readonly orders?: readonly unknown[];
  readonly receipts?: readonly unknown[];
  readonly done?: boolean;
  readonly versions?: number;
}

async function place(system: System, letter: string): Promise<Placed> {
  const order = { user_id: newUser(letter), product_name: 'Proof', quantity: 1, price: 1 };
  return (await system.api(201, 'POST', '/api/orders', order)) as unknown as Placed;
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const allUp = ({ checks }: Record<string, unknown>) =>
  require(Object.values(checks as object).every(
    (state) => state === 'up',
  ), `not all parts are up: ${JSON.stringify(checks)}`);

const perShard = (
  name: string,
  functions: string[],
  run: (system: System, at: (typeof SHARDS)[number]) => Promise<void>,
): Step[] => SHARDS.map((at) => ({ name: `${name} (${at.shard})`, functions, run: (system) => run(system, at) }));

async function deadLetter(system: System): Promise<string> {
  const key = newUser('c');
  // As Lambda would write of a record that it left out.
  const about = { requestContext: { condition: 'RetriesExhausted' }, KafkaBatchInfo: { recordInfo: { offset: '7' } } };
  await system.produce('orders-dlt', { key, value: JSON.stringify({ ...about, timestamp: new Date().toISOString() }) });
  const records = await deadLetters(system);
  const last = records.findLast(({ id }) => id.startsWith('orders-dlt-'));
  if (!last) throw new Error('the dead letter is not on the list');
  return last.id;
}

async function deadLetters(system: System): Promise<{ id: string; value: string }[]> {
  const listed = await system.invoke(functionName('dev', 'dlt'), { action: 'list' });
  return (listed as { records: { id: string; value: string }[] }).records;
}

/** Steps that together need every statement of every function. */
export const STEPS: readonly Step[] = [
  ...perShard('an order is placed and delivered at once', ['create-order'], async (system, { letter }) => {
    const { delivery } = await place(system, letter);
    require(delivery.receipt === 'stored', 'the receipt is not stored');
    require(delivery.event === 'published', 'the event is not published');
  }),
  ...perShard('an order becomes confirmed', ['consume-orders', 'confirm-orders'], async (system, { letter }) => {
    const { order } = await place(system, letter);
    await until('the order is confirmed', SOON_SECONDS, async () => {
      const found = await system.api(200, 'GET', `/api/orders/${order.id}`);
      return (found.order as { status: string }).status === 'confirmed';
    });
  }),
  {
    name: 'a record that cannot be processed becomes a dead letter',
    functions: ['consume-orders'],
    run: async (system) => {
      const value = `no JSON ${randomUUID()}`;
      await system.produce('orders', { key: newUser('c'), value });
      await until('the dead letter is on its topic', GIVEN_UP_SECONDS, async () =>
        (await deadLetters(system)).some((record) => record.value === value),
      );
    },
  },
  ...perShard('an order is read', ['get-order'], async (system, { letter }) => {
    const { order } = await place(system, letter);
    await system.api(200, 'GET', `/api/orders/${order.id}`);
  }),
  ...perShard("a receipt's address leads to the receipt", ['get-receipt'], async (system, { letter }) => {
    const { order } = await place(system, letter);
    const { location } = await system.api(302, 'GET', `/api/orders/${order.id}/receipt`);
    const { status } = await fetch(String(location));
    require(status === 200, `the address of the receipt is ${status}`);
  }),
  {
    name: 'the orders of all shards are listed',
    functions: ['list-orders'],
    run: async (system) => {
      const list = await system.api(200, 'GET', '/api/orders');
      require(list.unavailable_shards === undefined, 'shards are left out of the list');
    },
  },
  {
    name: 'the statistics have the numbers of all shards',
    functions: ['get-stats'],
    run: async (system) => {
      const statistics = await system.api(200, 'GET', '/api/stats');
      require(statistics.unavailable_shards === undefined, 'shards are left out of the statistics');
    },
  },
  {
    name: 'health finds all parts up',
    functions: ['health'],
    run: async (system) => allUp(await system.api(200, 'GET', '/health')),
  },
  {
    name: 'the overview finds all parts up',
    functions: ['overview'],
    run: async (system) => allUp(await system.api(200, 'GET', '/api/overview')),
  },
  ...perShard('the relay delivers what is overdue', ['relay-outbox'], async (system, { shard, letter }) => {
    const { order } = await place(system, letter);
    const url = Object.entries(system.addresses.databases).find(([name]) => name.endsWith(shard))?.[1] ?? '';
    const overdue = `INSERT INTO outbox (order_id, user_id, created_at, due_at)
      SELECT id, user_id, now() - interval '1 hour', now() - interval '1 minute' FROM orders WHERE id = $1`;
    await operatorQuery(url, overdue, [order.id]);
    try {
      await system.invoke(functionName('dev', 'relay-outbox'));
      const left = await operatorQuery(url, 'SELECT 1 FROM outbox WHERE order_id = $1', [order.id]);
      require(left.length === 0, 'the relay has not delivered the order');
    } finally {
      await operatorQuery(url, 'DELETE FROM outbox WHERE order_id = $1', [order.id]);
    }
  }),
  { name: 'a dead letter is listed', functions: ['dlt'], run: async (system) => void (await deadLetter(system)) },
  {
    name: 'a dead letter is replayed with a repaired value',
    functions: ['dlt'],
    run: async (system) => {
      const id = await deadLetter(system);
      await system.invoke(functionName('dev', 'dlt'), { action: 'replay', id, value: `no JSON ${randomUUID()}` });
      require(!(await deadLetters(system)).some(
        (record) => record.id === id,
      ), 'a replayed dead letter is still on the list');
    },
  },
  {
    name: 'a dead letter is dropped',
    functions: ['dlt'],
    run: async (system) => {
      const id = await deadLetter(system);
      await system.invoke(functionName('dev', 'dlt'), { action: 'drop', id });
      require(!(await deadLetters(system)).some(
        (record) => record.id === id,
      ), 'a dropped dead letter is still on the list');
    },
  },
  {
    name: 'the mover finds the owner of every user',
    functions: ['move-users'],
    run: async (system) => void (await system.invoke(functionName('dev', 'move-users'), { do: 'check' })),
  },
  ...perShard("a user's orders and receipts are given out, and erased", ['user-data'], async (system, { letter }) => {
    const { order } = (await place(system, letter)) as Placed & { order: { user_id: string } };
    const ask = (event: object) =>
      system.invoke(functionName('dev', 'user-data'), { ...event, userId: order.user_id }) as Promise<Answer>;
    require((await ask({ do: 'orders' })).orders?.length === 1, 'the order is not given out');
    require((await ask({ do: 'receipts' })).receipts?.length === 1, 'the receipt is not given out');
    require((await ask({ do: 'erase-orders' })).done === true, 'the order is not erased');
    require((await ask({ do: 'erase-receipts' })).versions === 1, 'the receipt is not erased');
  }),
  {
    name: 'a deployment migrates all shards',
    functions: ['migrate-shards'],
    run: async (system) => void (await system.invoke(functionName('dev', 'migrate-shards'))),
  },
];

/** What a deployment asks of the CDK's own functions, by a part of their names. */
export function deploymentStep(name: string, { Resource }: Statement): Step | undefined {
  const [resource = ''] = [Resource ?? []].flat();
  const asks = (what: string, properties: object): Step => ({
    name: what,
    functions: [],
    run: async (system) => {
      const ResourceProperties = { ServiceToken: name, ...properties };
      const ids = { StackId: 'proof', RequestId: 'proof', LogicalResourceId: 'Proof', ResourceType: 'Custom::Proof' };
      const event = { RequestType: 'Create', ResponseURL: 'https://127.0.0.1/', ...ids, ResourceProperties };
      const log = await system.logOf(name, event);
      // It tells CloudFormation, and not its caller. That nobody expects its response comes after.
      const told = /\bStatus"?: ?["'](\w+)/.exec(log)?.[1];
      require(told === 'SUCCESS', `${name} tells CloudFormation ${told}`);
    },
  });
  if (name.includes('AWS679f53fac')) {
    const call = { service: 'Kafka', action: 'getBootstrapBrokers', parameters: { ClusterArn: resource } };
    const Create = JSON.stringify({ ...call, physicalResourceId: { id: 'proof' } });
    return asks('a deployment looks the brokers up', { Create, InstallLatestAwsSdk: 'false' });
  }
  if (name.includes('AWSCDKTrigger')) {
    const HandlerArn = resource.replace(/:\*$/, ':1');
    return asks('a deployment runs the migrations', {
      HandlerArn,
      InvocationType: 'RequestResponse',
      Timeout: '300000',
    });
  }
  return undefined;
}
