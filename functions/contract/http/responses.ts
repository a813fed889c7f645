import * as z from 'zod';
import { ORDER_STATUSES } from '../../domain/order.ts';
import { orderId } from './order-fields.ts';

const time = z.iso.datetime();
const receiptKey = z.string().meta({ description: 'Where the receipt lies in the receipts bucket.' });

const order = z
  .object({
    id: orderId,
    user_id: z.string(),
    product_name: z.string(),
    quantity: z.int().positive(),
    price: z.number().meta({ description: 'Of one piece, in dollars. Exact: it has at most ten digits.' }),
    status: z.enum(ORDER_STATUSES),
    receipt_s3_key: receiptKey,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Order' });

const located = {
  order,
  shard: z.string().meta({
    description: 'The shard that has the order. In the response to its placing, the one where it was placed.',
    examples: ['shard1'],
  }),
  shard_info: z
    .string()
    .meta({ description: 'That shard with the beginnings of its users’ ids.', examples: ['shard1 (A-M)'] }),
  receipt: receiptKey,
};

const delivery = z.object({ receipt: z.enum(['stored', 'pending']), event: z.enum(['published', 'pending']) }).meta({
  description:
    'What has been delivered so far. What is pending is delivered later; the client does not have to do anything.',
});

/** `POST /api/orders` */
export const createdOrder = z
  .object({
    ...located,
    delivery,
  })
  .meta({ id: 'CreatedOrder' });

/** `GET /api/orders/{id}` */
export const foundOrder = z
  .object({
    ...located,
    delivery,
    way: z
      .object({
        stored_at: time,
        receipt_stored_at: time.nullable(),
        event_published_at: time.nullable(),
        confirmed_at: time.nullable(),
      })
      .meta({ description: 'When each step was behind it: null if it has not happened, or if its time is not known.' }),
    event: z
      .object({ partition: z.int(), offset: z.int() })
      .exactOptional()
      .meta({ description: 'Where the topic keeps the event, as far as that is known.' }),
  })
  .meta({ id: 'FoundOrder' });

/** `GET /api/orders/{id}/receipt`, for those who ask for JSON. */
export const receipt = z
  .object({
    text: z.string(),
    url: z.url().meta({ description: 'Where the text can be read for five minutes, without a token.' }),
  })
  .meta({ id: 'Receipt' });

/** `GET /api/orders` */
export const orderPage = z
  .object({
    orders: z.array(order).meta({ description: 'Newest first.' }),
    count: z.int().nonnegative().meta({ description: 'How many orders this page holds.' }),
    next_cursor: z.string().exactOptional().meta({ description: 'The cursor of the next page, when there is one.' }),
    as_of: time.exactOptional().meta({ description: 'With `since`: what to pass as `since` the next time.' }),
    truncated: z
      .literal(true)
      .exactOptional()
      .meta({ description: 'With `since`: more has changed than was asked for or looked at. Load the list anew.' }),
    partial: z.literal(true).exactOptional().meta({ description: 'Orders of the unavailable shards are missing.' }),
    unavailable_shards: z.array(z.string()).exactOptional(),
  })
  .meta({ id: 'OrderPage' });

const dollars = z
  .string()
  .regex(/^\d+\.\d{2}$/)
  .meta({ description: 'In dollars, exact.', examples: ['299.98'] });
const tally = z.object({ orders: z.int().nonnegative(), revenue: dollars });
const byStatus = z.object({ created: tally, confirmed: tally });
const lag = z
  .object({
    orders: z.int().nonnegative().meta({ description: 'Of how many orders.' }),
    p50_ms: z.int().nullable(),
    p95_ms: z.int().nullable(),
  })
  .meta({ description: 'In milliseconds from creation, up to a tenth off.' });

/** `GET /api/stats` */
export const orderStatistics = z
  .object({
    as_of: time,
    ...tally.shape,
    by_status: byStatus,
    shards: z.array(
      z.object({
        shard: located.shard,
        shard_info: located.shard_info,
        ...tally.shape,
        by_status: byStatus,
        outbox: z
          .object({ orders: z.int().nonnegative(), oldest_age_seconds: z.number().nonnegative() })
          .meta({ description: 'Orders with a receipt or event that is pending.' }),
      }),
    ),
    minutes: z.array(z.object({ at: time, ...tally.shape })).meta({
      description: 'What was placed in each of the last 60 minutes, oldest first; the last one is still running.',
    }),
    lags: z.object({ published: lag, confirmed: lag }).meta({
      description: 'How long after their creation events were published and orders confirmed, in the last hour.',
    }),
    partial: z
      .literal(true)
      .exactOptional()
      .meta({ description: 'The numbers of the unavailable shards are missing.' }),
    unavailable_shards: z.array(z.string()).exactOptional(),
  })
  .meta({ id: 'OrderStatistics' });

const service = z.literal('orderflow-producer');
const checks = z.record(z.string(), z.enum(['up', 'down'])).meta({ description: 'The parts of the system.' });

export const healthy = z.object({ status: z.literal('healthy'), service, checks }).meta({ id: 'Healthy' });

export const unhealthy = z
  .object({ status: z.literal('unhealthy'), service, checks, error: z.string() })
  .meta({ id: 'Unhealthy' });

const version = z.string().meta({ description: 'Pass it the next time, to get little if nothing has changed.' });

/** `GET /api/overview` */
export const overview = z
  .object({
    version,
    checks,
    history: z
      .array(z.object({ part: z.string(), state: z.enum(['up', 'down']), at: time }))
      .meta({ description: 'Parts that went down or came back in the last 24 hours, the newest first.' }),
    stats: orderStatistics.exactOptional().meta({ description: 'Absent when no shard that has them responds.' }),
    list: orderPage.exactOptional().meta({ description: 'Absent when no shard that has it responds.' }),
  })
  .meta({ id: 'Overview' });

/** `GET /api/overview` with the current version. */
export const unchanged = z.object({ version, unchanged: z.literal(true) }).meta({ id: 'Unchanged' });

/** Every response that reports a failure. */
export const failure = z
  .object({
    error: z.string().meta({ description: 'A sentence that says what is wrong.' }),
    details: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .exactOptional()
      .meta({ description: 'The fields that are wrong, at most twenty.' }),
  })
  .meta({ id: 'Error' });

export type OrderBody = Readonly<z.infer<typeof order>>;
export type DeliveryBody = Readonly<z.infer<typeof delivery>>;
export type LocatedOrderBody = Readonly<Pick<z.infer<typeof foundOrder>, keyof typeof located>>;
export type CreatedOrderBody = Readonly<z.infer<typeof createdOrder>>;
export type FoundOrderBody = Readonly<z.infer<typeof foundOrder>>;
export type OrderPageBody = Readonly<z.infer<typeof orderPage>>;
export type OrderStatisticsBody = Readonly<z.infer<typeof orderStatistics>>;
export type OverviewBody = Readonly<z.infer<typeof overview>>;
export type UnchangedBody = Readonly<z.infer<typeof unchanged>>;
export type HealthBody = Readonly<z.infer<typeof healthy> | z.infer<typeof unhealthy>>;
export type ReceiptBody = Readonly<z.infer<typeof receipt>>;
export type ErrorBody = Readonly<z.infer<typeof failure>>;
