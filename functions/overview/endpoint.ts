import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { overviewQuery } from '../contract/http/requests.ts';
import type { OverviewBody, UnchangedBody } from '../contract/http/responses.ts';
import { whoseOrders } from '../domain/caller.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { toChecksBody } from '../http/health-body.ts';
import { readQuery } from '../http/input.ts';
import { toFilter, withinReach } from '../http/list-input.ts';
import { toPageBody } from '../http/order-body.ts';
import { jsonResponse } from '../http/response.ts';
import { firstPage, type OverviewDependencies, type SystemState, systemState } from './overview.ts';

/** `GET /api/overview`: 200 with all that an open page shows, or with little when nothing has changed. */
export function overviewEndpoint(auth: AuthMode, dependencies: OverviewDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const { version, limit, ...query } = readQuery(event, overviewQuery);
    const filter = toFilter(query);
    const state = await systemState(whoseOrders(caller, filter.userId), { ...filter, limit }, dependencies);
    if (state.version === version) return jsonResponse(200, unchanged(state));
    const reach = withinReach(caller, filter);
    const page = reach && (await firstPage(reach, limit, dependencies));
    const hasPage = reach === undefined || page !== undefined;
    return jsonResponse(200, { ...toResponse(state), ...(hasPage ? { list: toPageBody(page) } : {}) });
  };
}

function unchanged({ version }: SystemState): UnchangedBody {
  return { version, unchanged: true };
}

function toResponse({ version, parts, history, statistics }: SystemState): OverviewBody {
  return {
    version,
    checks: toChecksBody(parts),
    history: history.map(({ part, up, at }) => ({ part, state: up ? 'up' : 'down', at: at.toISOString() })),
    ...(statistics === undefined ? {} : { stats: statistics }),
  };
}
