import type { FoundOrderBody } from '../../functions/contract/http/responses.ts';
import { UserError } from '../../tooling/errors.ts';
import type { OrderFacts } from './order-facts.ts';

const TIMEOUT_MS = 30_000;

/** What an API tells of an order. @throws UserError when it tells nothing */
export async function orderFromApi(url: string, id: string, token: string | undefined): Promise<OrderFacts> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/orders/${id}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause: Error) => {
      throw new UserError(`${url} does not respond: ${(cause.cause as Error | undefined)?.message ?? cause.message}.`, {
        cause,
      });
    },
  );
  const body = (await response.json().catch(() => ({}))) as FoundOrderBody & { error?: string };
  if (!response.ok) throw new UserError(body.error ?? `${url} responded with ${response.status}.`);
  const { order, shard_info: shard, way, delivery, event } = body;
  return {
    shard,
    order,
    receipt: delivery.receipt === 'stored' ? { storedAt: way.receipt_stored_at ?? undefined } : undefined,
    event: delivery.event === 'published' ? { publishedAt: way.event_published_at ?? undefined, ...event } : undefined,
    confirmedAt: way.confirmed_at ?? undefined,
  };
}
