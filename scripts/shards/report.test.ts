import { describe, expect, it } from 'vitest';
import { checkShardMap } from '../../functions/domain/shard-map.ts';
import type { SourceStatus } from '../../functions/move-users/status.ts';
import { answerText } from './report.ts';

const SOURCE: SourceStatus = {
  shard: 'shard1',
  targets: ['shard3'],
  usersLeft: 120,
  ordersLeft: 12_000,
  usersMoved: 880,
  ordersMoved: 88_000,
  recentOrders: 60_000,
  ordersPerSecond: 200,
  secondsLeft: 60,
  standstillSeconds: 0,
  busy: [],
};
const status = (over: Partial<SourceStatus> = {}, state: 'running' | 'paused' = 'running') =>
  answerText('status', { move: 3, state, behind: [], owners: [], sources: [{ ...SOURCE, ...over }] });

describe('what npm run shards prints', () => {
  it('of a move: how far each source is, and when it is expected to end', () => {
    const [title, , header, row] = status().split('\n');
    expect(title).toBe('Move 3 is running.');
    expect(header).toMatch(/^FROM +TO +USERS LEFT +MOVED +ORDERS LEFT +MOVED +ORDERS\/S +EXPECTED END$/);
    expect(row).toMatch(/^shard1 +shard3 +120 +880 +12,000 +88,000 +200 +in 60 s$/);
  });

  it('of a move that stands still: since when, and which users wait for what', () => {
    const text = status({
      standstillSeconds: 700,
      ordersPerSecond: 0,
      secondsLeft: undefined,
      busy: [{ userId: 'gina', why: 'relayed', seconds: 12 }],
    });
    expect(text).toContain('shard1: nobody has moved for 12 minutes.');
    expect(text).toContain('shard1: gina cannot move at this moment: relay-outbox is delivering their orders.');
    expect(status({ standstillSeconds: 700 }, 'paused')).not.toContain('nobody has moved');
  });

  it('of a move that some shards do not know yet: which, and what to do', () => {
    const behind = ['shard1', 'shard2'];
    expect(answerText('status', { move: 3, state: 'running', behind, owners: [], sources: [] })).toContain(
      'shard1 and shard2 do not know of it yet: repeat the command that began it, `start` or `abort`.',
    );
  });

  it('of a move without anybody left: to finish it', () => {
    expect(status({ usersLeft: 0 })).toMatch(/done\n\nNobody is left\. `npm run shards -- finish` ends the move\.$/);
  });

  it('of a finished one: the map to deploy, and which shard may go', () => {
    const owners = [
      { shard: 'shard1', owns: [] },
      { shard: 'shard2', owns: [{ role: 'own', from: 'N', before: undefined }] },
      { shard: 'shard3', owns: [{ role: 'own', from: 'A', before: 'N' }] },
    ] as const;
    const text = answerText('finish', { move: 1, owners });
    expect(text).toContain(`-c 'shards=[{"id":2,"from":"N","to":"Z"},{"id":3,"from":"A","to":"M"}]'`);
    expect(answerText('status', { move: 1, state: 'finished', behind: [], sources: [], owners })).toBe(text);
    expect(text).toContain('shard1 owns nobody any more: that deployment may leave it out.');
  });

  it('of a finished one: ranges whose last prefix is longer than the next one to come', () => {
    const owners = [
      { shard: 'shard1', owns: [{ role: 'own', from: 'A', before: 'SMI' }] },
      { shard: 'shard3', owns: [{ role: 'own', from: 'SMI', before: 'T' }] },
      { shard: 'shard2', owns: [{ role: 'own', from: 'T', before: 'ZM' }] },
      { shard: 'shard4', owns: [{ role: 'own', from: 'ZM', before: undefined }] },
    ] as const;
    const text = answerText('finish', { move: 1, owners });
    const map = JSON.parse(/shards=(.*)'/.exec(text)?.[1] ?? '');
    expect(map).toEqual([
      { id: 1, from: 'A', to: 'SMH' },
      { id: 3, from: 'SMI', to: 'S_' },
      { id: 2, from: 'T', to: 'ZL' },
      { id: 4, from: 'ZM', to: 'Z_' },
    ]);
    expect(checkShardMap(map)).toBe(map);
  });

  it('of a repair: how many users it has repaired, what is left, and what to do next', () => {
    const repaired = { users: 2, left: 0, more: false, told: ['shard1'], finished: true };
    expect(answerText('repair', repaired).split('\n')).toEqual([
      '2 users have one owner again.',
      'shard1 knows the move again. `npm run shards -- finish` ends it there too, in a minute or two.',
    ]);
    expect(answerText('repair', { ...repaired, users: 0, told: [] })).toBe('Every user had one owner already.');
    expect(answerText('repair', { ...repaired, users: 0, more: true, told: [] })).toBe(
      '0 users have one owner again.\nThe time was over before all users were looked at: repeat the command.',
    );
    expect(answerText('repair', { users: 1, left: 1, more: true, told: [], finished: false }).split('\n')).toEqual([
      '1 user has one owner again.',
      '1 user is left: no placement says whose they are. `npm run shards -- check` names them.',
      'The time was over before all users were looked at: repeat the command.',
    ]);
  });

  it('of a check: each finding with where the user is known, and how many there are', () => {
    const first = [{ userId: 'gina', what: 'two owners', where: ['shard1 (A-M): here, 1 order', 'shard3'] }] as const;
    expect(answerText('check', { users: 9, findings: 2, first, behind: ['shard1'] }).split('\n')).toEqual([
      'gina: two owners (shard1 (A-M): here, 1 order; shard3)',
      '... and 1 more.',
      'shard1 knows an earlier move than the others, as after a restore.',
      '9 users: 2 need attention.',
    ]);
    expect(answerText('check', { users: 9, findings: 0, first: [], behind: [] })).toBe(
      '9 users: each has one owner, who has the orders.',
    );
  });
});
