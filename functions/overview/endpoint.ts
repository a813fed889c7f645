import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { overviewQuery } from '../contract/http/requests.ts';
import type { OverviewBody, UnchangedBody } from '../contract/http/responses.ts';
import { whoseOrders } from '../domain/caller.ts';
import type { OrderPage } from '../domain/order-lists.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { toChecksBody } from '../http/health-body.ts';
import { readQuery } from '../http/input.ts';
import { toFilter, withinReach } from '../http/list-input.ts';
import { toPageBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { toStatisticsBody } from '../http/statistics-body.ts';
import { firstPage, type OverviewDependencies, type SystemState, systemState } from './overview.ts';
import { versionOf } from './version.ts';

/** `GET /api/overview`: 200 with all that an open page shows, or with little when nothing has changed. */
export function overviewEndpoint(auth: AuthMode, dependencies: OverviewDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const { version: known, limit, ...query } = readQuery(event, overviewQuery);
    const filter = toFilter(query);
    const state = toStateBody(await systemState(whoseOrders(caller, filter.userId), dependencies));
    const version = versionOf({ ...filter, limit }, state);
    if (version === known) return jsonResponse(200, { version, unchanged: true } satisfies UnchangedBody);
    const reach = withinReach(caller, filter);
    const page = reach && (await firstPage(reach, limit, dependencies));
    const hasPage = reach === undefined || page !== undefined;
    const body: OverviewBody = { version, ...state, ...(hasPage ? { list: toPageBody(page) } : {}) };
    // Not what the numbers alone say: the list is read again the next time.
    return jsonResponse(200, hasPage && !lacksShards(page, state) ? body : { ...body, version: `${version}-` });
  };
}

/** Whether a shard that gave its numbers did not give its orders. */
function lacksShards(page: OrderPage | undefined, { stats }: Omit<OverviewBody, 'version'>): boolean {
  return (page?.unavailableShards ?? []).some((shard) => !stats?.unavailable_shards?.includes(shard));
}

function toStateBody({ parts, history, statistics }: SystemState): Omit<OverviewBody, 'version'> {
  return {
    checks: toChecksBody(parts),
    history: history.map(({ part, up, at }) => ({ part, state: up ? 'up' : 'down', at: at.toISOString() })),
    ...(statistics === undefined ? {} : { stats: toStatisticsBody(statistics) }),
  };
}
