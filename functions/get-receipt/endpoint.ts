import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ReceiptBody } from '../contract/http/responses.ts';
import type { FindOrderDependencies } from '../domain/find-order.ts';
import type { ReceiptReader } from '../domain/ports.ts';
import { type AuthMode, readCaller } from '../http/caller.ts';
import { readHeader, readOrderId } from '../http/input.ts';
import { jsonResponse, NO_STORE, redirect } from '../http/response.ts';
import { findReceipt } from './find-receipt.ts';

export interface GetReceiptDependencies extends FindOrderDependencies {
  readonly receipts: ReceiptReader;
}

/**
 * `GET /api/orders/{id}/receipt`: 302 to a URL that is good for a few minutes; or, for a client that asks for JSON, the text with that URL: a page
 * that sends a token cannot follow the redirect, because the bucket is another origin.
 */
export function getReceiptEndpoint(auth: AuthMode, dependencies: GetReceiptDependencies) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const caller = readCaller(event, auth);
    const key = await findReceipt(readOrderId(event), caller, dependencies);
    const { receipts } = dependencies;
    if (!wantsJson(event)) return redirect(await receipts.link(key));
    const [text, url] = await Promise.all([receipts.read(key), receipts.link(key)]);
    const receipt: ReceiptBody = { text, url };
    return jsonResponse(200, receipt, NO_STORE);
  };
}

/** Clients that take anything, as most say that they do, are redirected. */
function wantsJson(event: APIGatewayProxyEvent): boolean {
  return /^\s*application\/json\s*$/i.test(readHeader(event, 'accept') ?? '');
}
