import type { Proof } from './prove.ts';

/** One line on a statement: whose it is, what it says, what became of it. */
export function proofLine({ statement: { role, policy, statement }, verdict }: Proof): string {
  const actions = [statement.Action ?? `all but ${statement.NotAction}`].flat().join(' ');
  const resources = [statement.Resource ?? `all but ${statement.NotResource}`].flat().join(' ');
  const what = `${role} / ${policy}: ${statement.Effect} ${actions} on ${resources}`;
  switch (verdict.kind) {
    case 'noticed':
      return `noticed    ${what}\n           by "${verdict.step}": ${verdict.how}`;
    case 'listed':
      return `listed     ${what}\n           ${verdict.reason}`;
    case 'unnoticed':
      return `UNNOTICED  ${what}\n           tried: ${verdict.tried.join(', ') || 'no step'}`;
  }
}

/** How many statements there are of each kind. */
export function proofSummary(proofs: readonly Proof[]): string {
  const count = (kind: Proof['verdict']['kind']) => proofs.filter(({ verdict }) => verdict.kind === kind).length;
  return `${proofs.length} statements: ${count('noticed')} noticed, ${count('listed')} listed, ${count('unnoticed')} unnoticed`;
}
