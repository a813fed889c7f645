import { counted, listed } from '../in-words.ts';
import type { Erased } from './erase.ts';
import type { Remains } from './remains.ts';
import { unknownUser } from './user-function.ts';

/** What was erased, what stays, and until when, for a person. */
export function erasedText(userId: string, erased: Erased, remains: readonly Remains[], now: Date): string {
  const { orders, copies, receipts, versions, kept, placedIn } = erased;
  const nothing = orders + copies + versions === 0;
  return [
    nothing
      ? `${unknownUser(userId)} There was nothing to erase.`
      : `${userId} is erased: ${counted(orders, 'order')}, and ${counted(receipts, 'receipt')} with ${counted(versions, 'version')}.`,
    ...(copies > 0
      ? [`So ${copies === 1 ? 'is' : 'are'} ${counted(copies, 'row')} that moves between shards had left.`]
      : []),
    ...(kept > 0
      ? [
          `${counted(kept, 'receipt')} of orders placed since the erasure began stay, as these orders do: the user can still sign in.`,
        ]
      : []),
    ...(placedIn.length > 0
      ? [
          `The id stays in the table placements of ${listed(placedIn)} until the move is finished. Then erase the user again.`,
        ]
      : []),
    '',
    'What cannot be erased:',
    ...remains.map(({ what, days }) => `  ${untilText(days, now)}  ${what}`),
  ].join('\n');
}

function untilText(days: number | undefined, now: Date): string {
  if (days === undefined) return 'until you do    ';
  return `until ${new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10)}`;
}
