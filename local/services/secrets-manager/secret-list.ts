import { z } from 'zod';
import type { Secret } from './secret-versions.ts';

/** What a secret here may be found by: it has no tags, replicas or owning service. */
const filter = z.object({
  Key: z.enum(['name', 'description', 'all'], {
    error: 'The local Secrets Manager filters by name, description and all.',
  }),
  Values: z.array(z.string().min(1).max(512)).min(1).max(10),
});

/** The parameters of ListSecrets that choose and order secrets. */
export const listParameters = {
  Filters: z.array(filter).max(10).default([]),
  IncludePlannedDeletion: z.boolean().default(false),
  SortBy: z
    .enum(['created-date', 'last-changed-date', 'name'], {
      error: 'The local Secrets Manager sorts by created-date, last-changed-date and name.',
    })
    .default('created-date'),
  SortOrder: z.enum(['asc', 'desc']).default('asc'),
};

export type ListParameters = z.output<z.ZodObject<typeof listParameters>>;

/**
 * The secrets that fit all filters, in order. A filter fits when one of its values does, or one that begins with `!` does not.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
 */
export function listedSecrets(
  secrets: readonly Secret[],
  { Filters, SortBy, SortOrder, IncludePlannedDeletion }: ListParameters,
): Secret[] {
  const listed = secrets.filter(({ deletion }) => IncludePlannedDeletion || deletion === undefined);
  const found = listed.filter((secret) =>
    Filters.every(({ Key, Values }) =>
      Values.some((value) => (value.startsWith('!') ? !fits(secret, Key, value.slice(1)) : fits(secret, Key, value))),
    ),
  );
  const sorted = found.toSorted((a, b) => compare(sortKey(a, SortBy), sortKey(b, SortBy)));
  return SortOrder === 'asc' ? sorted : sorted.reverse();
}

function fits({ name, description = '' }: Secret, key: 'name' | 'description' | 'all', value: string): boolean {
  if (key === 'name') return name.startsWith(value);
  const words = wordsOf(key === 'description' ? description : `${name} ${description}`);
  return wordsOf(value).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function sortKey({ name, createdAt, changedAt }: Secret, by: ListParameters['SortBy']): string | number {
  return by === 'name' ? name : by === 'created-date' ? createdAt : changedAt;
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
