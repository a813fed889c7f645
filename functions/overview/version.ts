import { createHash } from 'node:crypto';
import type { OverviewBody } from '../contract/http/responses.ts';
import type { OrderFilter } from '../domain/order-page.ts';

/** Which orders the page shows. */
export type PageQuery = OrderFilter & { readonly limit: number };

/**
 * Differs from another version when any order, number or part has changed, a minute has passed, or the page is another one. Whatever
 * a list shows changes a number, so the list itself need not be read. Times that pass by themselves are left out.
 */
export function versionOf(page: PageQuery, { checks, history, stats }: Omit<OverviewBody, 'version'>): string {
  const { as_of: _, ...numbers } = stats ?? {};
  const state = JSON.stringify([page, checks, history, numbers], (key, value) =>
    key === 'oldest_age_seconds' ? undefined : value,
  );
  return createHash('sha256').update(state).digest('base64url').slice(0, 16);
}
