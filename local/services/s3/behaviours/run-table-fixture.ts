import { afterAll, describe, expect, it } from 'vitest';
import { CLIENTS, type ClientName } from './behaviour.ts';
import type { Client } from './client.ts';
import { openSession } from './session.ts';
import { TABLE } from './table.ts';

/** For tests: makes a test of each row that the client can run, and prints how many rows passed. */
export function runTable(client: ClientName, started: () => { client: Client; url: string }): void {
  describe(client, () => {
    const rows = TABLE.filter(({ clients }) => clients.includes(client));
    let passed = 0;
    for (const { name, run } of rows) {
      it(name, async () => {
        const running = started();
        await run(await openSession(running.client, running.url));
        passed++;
      });
    }
    afterAll(() => {
      const counts = CLIENTS.map(
        (name) => `${TABLE.filter(({ clients }) => clients.includes(name)).length} with ${name}`,
      );
      console.log(
        `S3 behaviours: ${TABLE.length} rows (${counts.join(', ')}); ${client}: ${passed} of ${rows.length} passed`,
      );
    });
  });
}

/** For tests: what the table itself must be. */
export function checkTable(): void {
  it('names each behaviour once, and the page that demands it', () => {
    expect(new Set(TABLE.map(({ name }) => name)).size).toBe(TABLE.length);
    expect(
      TABLE.filter(({ page }) => !/^https:\/\/(docs\.aws\.amazon\.com|www\.rfc-editor\.org)\//.test(page)),
    ).toEqual([]);
  });
}
