import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { statsQuery } from '../contract/http/requests.ts';
import { whoseOrders } from '../domain/caller.ts';
import { type ReadStatisticsDependencies, readStatistics } from '../domain/statistics.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readQuery } from '../http/input.ts';
import { jsonResponse } from '../http/response.ts';
import { toStatisticsBody } from '../http/statistics-body.ts';

/** `GET /api/stats`: 200 with the numbers of the orders that the caller may see. */
export function getStatsEndpoint(auth: AuthMode, dependencies: ReadStatisticsDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const { user_id } = readQuery(event, statsQuery);
    const statistics = await readStatistics(whoseOrders(caller, user_id || undefined), dependencies);
    return jsonResponse(200, toStatisticsBody(statistics));
  };
}
