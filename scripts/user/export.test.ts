import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandEvent } from '../../functions/user-data/input.ts';
import { UserError } from '../../tooling/errors.ts';
import { exportUser } from './export.ts';
import type { AskForUserData } from './user-function.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orderflow-user-'));
  folder = join(root, 'a.-_9');
  return () => rmSync(root, { recursive: true });
});

const PAGES = 3;

/** Some pages of two orders and two receipts each. @param failing the page at which a shard is down */
function asking({ pages = PAGES, failing = Number.POSITIVE_INFINITY } = {}): AskForUserData {
  const ask = async (event: CommandEvent) => {
    if (event.do !== 'orders' && event.do !== 'receipts') throw new Error(`Not to be asked: ${event.do}`);
    const page = Number(event.after ?? 1);
    if (page === failing) throw new UserError('The database shard1 is not responding at the moment. Please try again.');
    const next = page < pages ? String(page + 1) : undefined;
    const ids = pages === 0 ? [] : [`${page}-1`, `${page}-2`];
    return event.do === 'orders'
      ? { orders: ids.map((id) => ({ id, product_name: 'a\nb' })), next }
      : { receipts: ids.map((id) => ({ key: `receipts/a.-_9/${id}.txt`, text: `receipt of ${id}\n` })), next };
  };
  return ask as unknown as AskForUserData;
}

describe("the export of a user's data", () => {
  it('has a line of JSON for each order and the text of each receipt, for its owner alone', async () => {
    const said = await exportUser('a.-_9', folder, asking());
    expect(said).toBe(`${folder} has 6 orders (orders.jsonl) and 6 receipts (receipts/) of a.-_9.`);
    const ids = ['1-1', '1-2', '2-1', '2-2', '3-1', '3-2'];
    const lines = readFileSync(join(folder, 'orders.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(ids.map((id) => ({ id, product_name: 'a\nb' })));
    expect(readdirSync(join(folder, 'receipts')).sort()).toEqual(ids.map((id) => `${id}.txt`));
    expect(readFileSync(join(folder, 'receipts/2-1.txt'), 'utf8')).toBe('receipt of 2-1\n');
    const modes = [folder, join(folder, 'orders.jsonl'), join(folder, 'receipts/1-1.txt')].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    expect(readdirSync(root)).toEqual(['a.-_9']);
  });

  it('overwrites nothing', async () => {
    await exportUser('a.-_9', folder, asking());
    await expect(exportUser('a.-_9', folder, asking())).rejects.toThrow(
      `${folder} exists. Name another folder with --to.`,
    );
  });

  it('leaves alone what was exported of a user whose id ends like a folder in the making', async () => {
    await exportUser('a.-_9.partial', `${folder}.partial`, asking());
    await exportUser('a.-_9', folder, asking());
    expect(readdirSync(root).sort()).toEqual(['a.-_9', 'a.-_9.partial']);
  });

  it('leaves nothing when a shard does not respond, and says so', async () => {
    await expect(exportUser('a.-_9', folder, asking({ failing: 2 }))).rejects.toThrow(
      /shard1 is not responding .*\nNothing was written\. Repeat the command\.$/s,
    );
    expect(readdirSync(root)).toEqual([]);
  });

  it('of an unknown user is refused in clear words', async () => {
    await expect(exportUser('nobody', folder, asking({ pages: 0 }))).rejects.toThrow(
      /^Nothing is stored of the user "nobody"\. Upper and lower case are different users\.$/,
    );
    expect(existsSync(folder)).toBe(false);
  });
});
