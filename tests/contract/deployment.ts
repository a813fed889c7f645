import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { test as base, inject } from 'vitest';
import type { ApiResponse } from '../support/api.ts';
import { ApiClient } from './api-client.ts';
import { type CreatedOrder, createdOrder, expectJson, type OrderRequest } from './expectations.ts';

/** The deployment under test. */
export interface Deployment {
  /** Base URL of the API, without a trailing slash. */
  readonly url: string;
  /** The bearer token to send, for a deployment with auth=jwt. */
  readonly token?: string | undefined;
  /** Whose orders are placed: the token's user, or anybody. */
  readonly user: string;
  /** Whether the token's bearer may read everyone's orders. */
  readonly operator: boolean;
  /** Whether it surely runs this version, so that it has no route that the tests do not know. */
  readonly sameVersion?: true;
  /** How long receipts and confirmations may take. */
  readonly patienceSeconds: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    deployment: Deployment;
  }
  interface TaskMeta {
    /** Ids of the orders that the test has placed. */
    placedOrders?: readonly string[];
  }
}

export const deployment = inject('deployment');

/** Whether lists without `user_id` hold nothing but the caller's own orders. */
export const seesOwnOrdersOnly = deployment.token !== undefined && !deployment.operator;

/** A time limit for tests that wait for deliveries. */
export const DELIVERY_TIMEOUT_MS = deployment.patienceSeconds * 1_000 + 60_000;

/** `it` with a client of the deployment. The orders that a test places are noted in its meta data. */
export const it = base.extend<{ api: ApiClient }>({
  api: async ({ task }, use) => {
    const api = new ApiClient(deployment.url, deployment.token);
    await use(api);
    task.meta.placedOrders = [...api.placed];
  },
});

/** An order of a product that nobody else orders. */
export function newOrder(product: string, user = deployment.user): OrderRequest {
  return { user_id: user, product_name: `Verify ${product} – ${randomUUID()}`, quantity: 2, price: 149.99 };
}

/** A user without any orders. */
export function newUser(firstLetter: string): string {
  return `${firstLetter}-verify-${randomBytes(6).toString('hex')}`;
}

/** Places an order and expects it to be created. */
export async function placeOrder(api: ApiClient, request = newOrder('keyboard')): Promise<CreatedOrder> {
  return expectJson(await api.post('/api/orders', request), 201, createdOrder);
}

/** Repeats a request while its response is pending, for as long as deliveries may take. @returns the last response */
export async function repeatWhile(
  pending: (response: ApiResponse) => boolean,
  request: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const deadline = performance.now() + deployment.patienceSeconds * 1_000;
  for (;;) {
    const response = await request();
    if (!pending(response) || performance.now() > deadline) return response;
    await delay(250);
  }
}
