import type { OwnedRange } from '../../functions/domain/moves.ts';
import { closed } from '../../functions/domain/user-range.ts';
import type { Answers } from '../../functions/move-users/commands.ts';
import type { SourceStatus } from '../../functions/move-users/status.ts';
import { tableLines } from '../../tooling/table.ts';
import { inWords, listed } from '../in-words.ts';
import type { Verb } from './command.ts';

/** Why a user cannot move at this moment. */
const WHY = {
  relayed: 'relay-outbox is delivering their orders',
  ordering: 'an order is being delivered',
  leaving: 'the switch has begun and not ended; the next run ends it',
} as const;

/** Users with many orders take some time. */
const MENTIONED_AFTER_SECONDS = 120;

/** What a command has done or found, for a person. */
export function answerText(verb: Verb, answer: Answers[Verb]): string {
  switch (verb) {
    case 'start':
    case 'abort':
      return begunText(verb, answer as Answers['start']);
    case 'status':
      return statusText(answer as Answers['status']);
    case 'finish':
      return finishedText(answer as Answers['finish']);
    case 'check':
      return checkText(answer as Answers['check']);
    case 'repair':
      return repairedText(answer as Answers['repair']);
    case 'pause':
      return 'The move is paused. `npm run shards -- resume` goes on.';
    case 'resume':
      return 'The move goes on within a minute.';
  }
}

function begunText(verb: 'start' | 'abort', { move }: Answers['start']): string {
  const what = verb === 'start' ? 'has begun' : 'moves everybody back';
  return `Move ${move} ${what}. Users move from the next minute on; \`npm run shards -- status\` shows how far it is.`;
}

function statusText({ move, state, behind, sources, owners }: Answers['status']): string {
  if (move === 0) return 'No user has ever moved.';
  if (state === 'finished') return finishedText({ move, owners });
  const lines = [`Move ${move} is ${state}.`];
  if (behind.length > 0) {
    const verb = behind.length === 1 ? 'does' : 'do';
    lines.push(
      `${listed(behind)} ${verb} not know of it yet: repeat the command that began it, \`start\` or \`abort\`.`,
    );
  }
  const header = ['FROM', 'TO', 'USERS LEFT', 'MOVED', 'ORDERS LEFT', 'MOVED', 'ORDERS/S', 'EXPECTED END'];
  lines.push('', ...tableLines([header, ...sources.map((source) => rowOf(source, state))]), '');
  for (const source of sources) lines.push(...standingStill(source, state));
  if (sources.every(({ usersLeft }) => usersLeft === 0)) {
    lines.push('Nobody is left. `npm run shards -- finish` ends the move.');
  }
  return lines.join('\n').trimEnd();
}

function rowOf(source: SourceStatus, state: Answers['status']['state']): string[] {
  const { shard, targets, usersLeft, usersMoved, ordersLeft, ordersMoved, ordersPerSecond, secondsLeft } = source;
  const end =
    usersLeft === 0 ? 'done' : secondsLeft === undefined || state === 'paused' ? '-' : `in ${inWords(secondsLeft)}`;
  const counts = [usersLeft, usersMoved, ordersLeft, ordersMoved, ordersPerSecond].map((n) =>
    n.toLocaleString('en-US'),
  );
  return [shard, targets.join(' '), ...counts, end];
}

function standingStill({ shard, usersLeft, standstillSeconds, busy }: SourceStatus, state: string): string[] {
  const users = busy.map(({ userId, why }) => `${shard}: ${userId} cannot move at this moment: ${WHY[why]}.`);
  if (state === 'paused' || usersLeft === 0 || standstillSeconds < MENTIONED_AFTER_SECONDS) return users;
  return [`${shard}: nobody has moved for ${inWords(standstillSeconds)}. The log of move-users says why.`, ...users];
}

function finishedText({ move, owners }: Answers['finish']): string {
  const owning = owners.filter(({ owns }) => owns.length > 0);
  const emptied = owners.filter(({ owns }) => owns.length === 0).map(({ shard }) => shard);
  const map = owning.flatMap(({ shard, owns }) => owns.map((range) => entryOf(shard, range)));
  return [
    `Move ${move} is finished. What holds now is deployed as the present map, without nextShards:`,
    `  -c 'shards=${JSON.stringify(map)}'`,
    ...(emptied.length === 1 ? [`${listed(emptied)} owns nobody any more: that deployment may leave it out.`] : []),
    ...(emptied.length > 1 ? [`${listed(emptied)} own nobody any more: that deployment may leave them out.`] : []),
  ].join('\n');
}

function entryOf(shard: string, range: OwnedRange) {
  return { id: Number(shard.replace('shard', '')), ...closed(range) };
}

function repairedText({ users, left, more, told, finished }: Answers['repair']): string {
  const lines =
    users + left === 0 && !more
      ? ['Every user had one owner already.']
      : [`${users} ${users === 1 ? 'user has' : 'users have'} one owner again.`];
  if (left > 0)
    lines.push(
      `${left} ${left === 1 ? 'user is' : 'users are'} left: no placement says whose they are. \`npm run shards -- check\` names them.`,
    );
  if (more) lines.push('The time was over before all users were looked at: repeat the command.');
  if (told.length > 0) {
    const end = finished ? ' `npm run shards -- finish` ends it there too, in a minute or two.' : '';
    lines.push(`${listed(told)} ${told.length === 1 ? 'knows' : 'know'} the move again.${end}`);
  }
  return lines.join('\n');
}

function checkText({ users, findings, first, behind }: Answers['check']): string {
  const lines = first.map(({ userId, what, where }) => `${userId}: ${what} (${where.join('; ')})`);
  if (findings > first.length) lines.push(`... and ${findings - first.length} more.`);
  if (behind.length > 0) {
    lines.push(
      `${listed(behind)} ${behind.length === 1 ? 'knows' : 'know'} an earlier move than the others, as after a restore.`,
    );
  }
  lines.push(
    `${users} users: ${findings === 0 ? 'each has one owner, who has the orders' : `${findings} need attention`}.`,
  );
  return lines.join('\n');
}
