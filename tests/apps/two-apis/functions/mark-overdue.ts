import type { Loan } from './shared/model.ts';
import { keys, update } from './shared/store.ts';

export async function handler(): Promise<void> {
  const now = new Date().toISOString();
  let marked = 0;
  for (const key of await keys('loans/')) {
    const loan = await update<Loan>(key, (old) =>
      old.status === 'open' && old.dueAt < now ? { ...old, status: 'overdue' } : undefined,
    );
    if (loan) marked++;
  }
  console.log(JSON.stringify({ marked }));
}
