import { describe, expect, it } from 'vitest';
import type { Answers } from '../../functions/user-data/commands.ts';
import type { CommandEvent } from '../../functions/user-data/input.ts';
import { UserError } from '../../tooling/errors.ts';
import { eraseUser } from './erase.ts';
import { remainsOf } from './remains.ts';
import { erasedText } from './report.ts';
import type { AskForUserData } from './user-function.ts';

const BEGUN = '2026-11-22T09:30:00.123Z';
const orders = (over: Partial<Answers['erase-orders']> = {}): Answers['erase-orders'] => ({
  placedUntil: BEGUN,
  orders: 0,
  copies: 0,
  done: true,
  placedIn: [],
  ...over,
});
const receipts = (over: Partial<Answers['erase-receipts']> = {}): Answers['erase-receipts'] => ({
  receipts: 0,
  versions: 0,
  kept: 0,
  next: undefined,
  ...over,
});

/** Erases alice with these answers, in turn. @returns also what was asked and how long was waited, in order */
function eraseWith(...answers: (Answers[CommandEvent['do']] | Error)[]) {
  const steps: unknown[] = [];
  const ask = async (event: CommandEvent) => {
    steps.push(event);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`Nothing was to be asked any more: ${JSON.stringify(event)}`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const wait = async (milliseconds: number) => steps.push(milliseconds);
  const erased = eraseUser('alice', { ask: ask as AskForUserData, wait, tell: () => {} });
  return { erased, steps };
}

const REMAINS = remainsOf({ stage: 'prod' });
const NOW = new Date('2026-11-22T10:00:00Z');
const NOTHING = { orders: 0, copies: 0, receipts: 0, versions: 0, kept: 0, placedIn: [] };

describe('the erasure of a user', () => {
  it('takes the receipts once nobody can store one any more, and goes through all pages', async () => {
    const { erased, steps } = eraseWith(
      orders({ orders: 1_000, done: false }),
      orders({ orders: 5, copies: 2, placedIn: ['shard1'] }),
      orders({ placedIn: ['shard1'] }),
      receipts({ receipts: 500, versions: 500, next: 'page 2' }),
      receipts({ receipts: 5, versions: 7, kept: 1 }),
    );
    expect(await erased).toEqual({
      orders: 1_005,
      copies: 2,
      receipts: 505,
      versions: 507,
      kept: 1,
      placedIn: ['shard1'],
    });
    expect(steps).toEqual([
      { do: 'erase-orders', userId: 'alice', placedUntil: undefined },
      { do: 'erase-orders', userId: 'alice', placedUntil: BEGUN },
      60_000,
      { do: 'erase-orders', userId: 'alice', placedUntil: BEGUN },
      { do: 'erase-receipts', userId: 'alice', after: undefined },
      { do: 'erase-receipts', userId: 'alice', after: 'page 2' },
    ]);
  });

  it('waits once more after an order that was under way when it began', async () => {
    const { erased, steps } = eraseWith(orders({ orders: 1 }), orders({ orders: 1 }), orders(), receipts());
    expect(await erased).toMatchObject({ orders: 2 });
    expect(steps.filter((step) => step === 60_000)).toHaveLength(2);
  });

  it('claims nothing when a shard does not respond, and says to repeat it', async () => {
    const down = new UserError('The database shard2 is not responding at the moment. Please try again.');
    for (const answers of [[down], [orders({ orders: 3 }), down], [orders(), orders(), down]]) {
      await expect(eraseWith(...answers).erased).rejects.toThrow(
        `${down.message}\nalice is not erased yet, but some of what is stored may be gone. Repeat the command.`,
      );
    }
  });

  it('gives up on a shard that does not let go of the user, and not while there is progress', async () => {
    const stuck = Array.from({ length: 4 }, () => orders({ done: false }));
    await expect(eraseWith(...stuck).erased).rejects.toThrow('A shard does not let go of the user');
    const slow = Array.from({ length: 9 }, () => orders({ orders: 1, done: false }));
    expect(await eraseWith(...slow, orders(), orders(), receipts()).erased).toMatchObject({ orders: 9 });
  });
});

describe('what is said of it', () => {
  it('is what is gone, and until when what cannot be erased stays', () => {
    const text = erasedText('alice', { ...NOTHING, orders: 1_005, receipts: 1, versions: 2 }, REMAINS, NOW);
    expect(text).toContain('alice is erased: 1,005 orders, and 1 receipt with 2 versions.\n\nWhat cannot be erased:\n');
    for (const line of [
      'until 2026-12-06  events on the Kafka topics orders and order-confirmations',
      'until 2026-12-07  automated backups of the shards',
      'until 2026-12-29  dead letters on orders-dlt',
      'until 2027-02-21  access logs of the receipts bucket',
      'until 2027-02-23  the log of consume-orders',
      'until you do      snapshots, instances of a restore',
    ]) {
      expect(text).toContain(`\n  ${line}`);
    }
    const dates = [...text.matchAll(/until (\d\S+)/g)].map(([, date]) => date);
    expect(dates).toEqual(dates.toSorted());
  });

  it('is that nothing is known of an unknown user', () => {
    expect(erasedText('Alice', NOTHING, REMAINS, NOW)).toMatch(
      /^Nothing is stored of the user "Alice"\. Upper and lower case are different users\. There was nothing to erase\.\n/,
    );
  });

  it('names what moves had left, what was placed since, and where the id is still noted', () => {
    const text = erasedText(
      'alice',
      { ...NOTHING, orders: 1, copies: 1, kept: 2, placedIn: ['shard1', 'shard3'] },
      [],
      NOW,
    );
    expect(text).toContain('So is 1 row that moves between shards had left.');
    expect(text).toContain('2 receipts of orders placed since the erasure began stay');
    expect(text).toContain('The id stays in the table placements of shard1 and shard3 until the move is finished.');
  });

  it('has no backups and no CloudWatch in a local run', () => {
    expect(remainsOf({ dataDir: '/tmp/data' }).map(({ what }) => what.split(' ')[0])).toEqual([
      'events',
      'dead',
      'run.log',
    ]);
  });
});
