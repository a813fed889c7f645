import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../infra/config/config.ts';
import { STAGE_CONTEXTS } from '../../../infra/example-contexts.ts';
import { ORDER } from './inputs.ts';
import { needsAt } from './needs.ts';
import { dollarsTable, needsTable } from './page.ts';

const page = readFileSync(new URL('../../../docs/scale.md', import.meta.url), 'utf8');

describe('the page about scale', () => {
  it.each([
    ['needs', needsTable],
    ['costs', dollarsTable],
  ])('has what each rate %s, as it is computed', (_, table) => {
    expect(page).toContain(table());
  });

  it('names what one order takes as it is counted with', () => {
    for (const text of [
      `${ORDER.createMs} ms of computing`,
      `${ORDER.postgresMs} ms of Postgres`,
      `${ORDER.consumeMs * 1_000} ms of computing for 1,000 events`,
      `${ORDER.eventBytes} bytes for each order`,
      `${ORDER.logBytes.toLocaleString('en-US')} bytes of log`,
      `${ORDER.rowBytes} bytes of row`,
      `${ORDER.receiptBytes} bytes of receipt`,
    ]) {
      expect(page).toContain(text);
    }
  });

  it('proposes reservations that prod takes, and says which of them need a larger instance', () => {
    const given = [...page.matchAll(/-c concurrency='([^']+)'/g)].map(([, json]) => json);
    const [fits, tooMany] = given as [string, string];
    expect(given).toHaveLength(2);
    expect(
      readConfig({ ...STAGE_CONTEXTS.prod, concurrency: fits }).stage.concurrency?.['create-order'],
    ).toBeGreaterThan(2 * needsAt(1_000).creates);
    expect(JSON.parse(tooMany)['create-order']).toBeGreaterThan(needsAt(10_000).creates);
    expect(() => readConfig({ ...STAGE_CONTEXTS.prod, concurrency: tooMany })).toThrow('a db.m7g.large takes 720');
  });
});
