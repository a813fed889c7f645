import { DAY, type Loan, loanKey } from './shared/model.ts';
import { all, keys, remove } from './shared/store.ts';

const daysAgo = (days: string | undefined) => new Date(Date.now() - Number(days) * DAY).toISOString();

export async function handler(): Promise<void> {
  const oldestSnapshot = `snapshots/${daysAgo(process.env.SNAPSHOT_DAYS)}`;
  const snapshots = (await keys('snapshots/')).filter((key) => key < oldestSnapshot);

  const oldestReturn = daysAgo(process.env.LOAN_DAYS);
  const loans = (await all<Loan>('loans/'))
    .filter((loan) => loan.returnedAt !== undefined && loan.returnedAt < oldestReturn)
    .map((loan) => loanKey(loan.isbn, loan.loanId));

  await remove([...snapshots, ...loans]);
  console.log(JSON.stringify({ snapshots: snapshots.length, loans: loans.length }));
}
