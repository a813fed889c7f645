import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../tooling/errors.ts';
import { counted } from '../in-words.ts';
import { type AskForUserData, failedMeanwhile, pagesOf, unknownUser } from './user-function.ts';

/** What people who are not its owner cannot read: it is somebody's data. */
const OWNERS_FOLDER = { recursive: true, mode: 0o700 } as const;
const OWNERS_FILE = { flag: 'wx', mode: 0o600 } as const;

/**
 * Writes what is stored of a user into a new folder, page by page: `orders.jsonl` has a line for each order, newest first, as the API
 * shows it; `receipts/` has their texts. The folder has its name once all is in it.
 *
 * @returns what was done, for a person
 * @throws UserError when there is nothing, when the folder exists, or when something does not respond
 */
export async function exportUser(userId: string, folder: string, ask: AskForUserData): Promise<string> {
  if (existsSync(folder)) throw new UserError(`${folder} exists. Name another folder with --to.`);
  // No user id has a tilde, so this is no folder of another export.
  const partial = `${folder}~partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, 'receipts'), OWNERS_FOLDER);
  try {
    const orders = await writeOrders(userId, partial, ask);
    const receipts = await writeReceipts(userId, partial, ask);
    if (orders + receipts === 0) throw new UserError(unknownUser(userId));
    await rename(partial, folder);
    return `${folder} has ${counted(orders, 'order')} (orders.jsonl) and ${counted(receipts, 'receipt')} (receipts/) of ${userId}.`;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error instanceof UserError && error.message === unknownUser(userId)
      ? error
      : failedMeanwhile(error, 'Nothing was written. Repeat the command.');
  }
}

async function writeOrders(userId: string, folder: string, ask: AskForUserData): Promise<number> {
  await using file = await open(join(folder, 'orders.jsonl'), OWNERS_FILE.flag, OWNERS_FILE.mode);
  let written = 0;
  for await (const { orders } of pagesOf((after) => ask({ do: 'orders', userId, after }))) {
    await file.appendFile(orders.map((order) => `${JSON.stringify(order)}\n`).join(''));
    written += orders.length;
  }
  return written;
}

async function writeReceipts(userId: string, folder: string, ask: AskForUserData): Promise<number> {
  let written = 0;
  for await (const { receipts } of pagesOf((after) => ask({ do: 'receipts', userId, after }))) {
    for (const { key, text } of receipts) {
      await writeFile(join(folder, 'receipts', nameOf(key)), text, OWNERS_FILE);
    }
    written += receipts.length;
  }
  return written;
}

/** The last part of a key, as a file can be called. */
function nameOf(key: string): string {
  return key.replace(/^.*\//, '').replaceAll(/[^\w.-]/g, '_');
}
