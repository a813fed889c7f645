import { beforeEach, describe, expect, it } from 'vitest';
import { ShardUnavailableError } from '../domain/errors.ts';
import { type MoveReader, type Moves, NO_MOVE, type ShardMove } from '../domain/moves.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';
import { abortMove, startMove } from './begin-move.ts';
import { finishMove } from './end-move.ts';
import type { MoveCommandDependencies } from './known-moves.ts';
import { MoveRefusedError } from './refusals.ts';

const SHARDS: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
  { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
  { id: 3, next: ['G', 'M'] },
];
const COMMANDS = { start: startMove, abort: abortMove, finish: finishMove };
const NAMES = ['start', 'abort', 'finish'] as const;

/** Shards from which everybody has moved. */
class Shards implements MoveCommandDependencies {
  readonly shards = SHARDS;
  readonly now = () => new Date();
  readonly known = new Map<number, ShardMove>();
  /** In the order in which they were told something. */
  readonly told: string[] = [];
  /** So many shards can be told something, until the next one does not respond. */
  reached = Number.POSITIVE_INFINITY;

  readonly reader = {
    moveOf: async ({ id }: ShardRange) => this.known.get(id) ?? NO_MOVE,
    copiedColumns: async () => '',
    peersOf: async () => [],
    usersLeft: async () => 0,
    usersElsewhere: async () => 0,
  } as unknown as MoveReader;

  readonly over = new Map<number, number>();

  readonly moves = {
    setMove: async (shard, move, state, ranges, over) => {
      if (this.reached === 0) throw new ShardUnavailableError(shardName(shard));
      this.reached -= 1;
      this.told.push(shardName(shard));
      if (over !== undefined) this.over.set(shard.id, over);
      this.known.set(shard.id, { move, state, changedAt: undefined, ranges: ranges ?? [] });
    },
  } as Partial<Moves> as Moves;

  states(): unknown {
    return [...this.known].sort().map(([id, { move, state }]) => [id, move, state]);
  }
}

let shards: Shards;
beforeEach(() => {
  shards = new Shards();
});

describe('a command of an operator', () => {
  it.each(NAMES.flatMap((command) => [1, 2].map((reached) => ({ command, reached }))))(
    'that reached $reached of 3 shards, $command, has to be repeated before another one',
    async ({ command, reached }) => {
      if (command !== 'start') await startMove(shards);
      shards.reached = reached;
      await expect(COMMANDS[command](shards)).rejects.toBeInstanceOf(ShardUnavailableError);
      shards.reached = Number.POSITIVE_INFINITY;
      const before = shards.states();
      for (const other of NAMES.filter((name) => name !== command)) {
        const refused = COMMANDS[other](shards);
        await expect(refused, other).rejects.toBeInstanceOf(MoveRefusedError);
        await expect(refused, other).rejects.toThrow(`Repeat \`npm run shards -- ${command}\` first.`);
      }
      expect(shards.states()).toEqual(before);

      const move = command === 'abort' ? 2 : 1;
      expect(await COMMANDS[command](shards)).toMatchObject({ move });
      const state = command === 'finish' ? 'finished' : 'running';
      expect(shards.states()).toEqual([1, 2, 3].map((id) => [id, move, state]));
    },
  );

  it('aborts a move once, also when the answer was lost and it is given again', async () => {
    await startMove(shards);
    expect(await abortMove(shards)).toEqual({ move: 2 });
    const ranges = structuredClone(shards.known);
    expect(await abortMove(shards)).toEqual({ move: 2 });
    expect(shards.known).toEqual(ranges);
  });

  it.each(NAMES)('is told to the shards that get users before those that give them: %s', async (command) => {
    if (command !== 'start') await startMove(shards);
    shards.told.length = 0;
    await COMMANDS[command](shards);
    expect(shards.told).toEqual(['shard2', 'shard3', 'shard1']);
  });

  it('tells each shard over how many users are distributed: while they move those of both maps, and in the end those that own users', async () => {
    const over = () => [...shards.over].sort();
    const every = (count: number) => [1, 2, 3].map((id) => [id, count]);
    shards.reached = 1;
    await expect(startMove(shards)).rejects.toBeInstanceOf(ShardUnavailableError);
    expect(over()).toEqual([[2, 3]]);
    shards.reached = Number.POSITIVE_INFINITY;
    await startMove(shards);
    await abortMove(shards);
    expect(over()).toEqual(every(3));
    await finishMove(shards);
    expect(over()).toEqual(every(2));
    await startMove(shards);
    await finishMove(shards);
    expect(over()).toEqual(every(3));
  });
});
