import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readOrderId } from '../http/input.ts';
import { redirect } from '../http/response.ts';
import { type GetReceiptDependencies, getReceipt } from './get-receipt.ts';

/** `GET /api/orders/{id}/receipt`: 302 to a URL that is good for a few minutes. */
export function getReceiptEndpoint(auth: AuthMode, dependencies: GetReceiptDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    return redirect(await getReceipt(readOrderId(event), caller, dependencies));
  };
}
