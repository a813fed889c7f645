import type { MoveAttempt, MoveSteps } from '../domain/ports.ts';
import { type ShardRange, shardName } from '../domain/shard-map.ts';

/** Notes the steps that are taken, and lets a test say what they bring about. */
export class MemoryMoves implements MoveSteps {
  readonly steps: string[] = [];
  /** Whether users on the way have arrived at their target. */
  arrived = false;
  /** Called after each step. */
  afterwards = (_step: string): void => undefined;

  async refuse(target: ShardRange, attempt: MoveAttempt, peer: number): Promise<'here' | 'refused'> {
    this.#note('refuse', target, `${attempt.userId} ${attempt.move}.${attempt.attempt} from ${peer}`);
    return this.arrived ? 'here' : 'refused';
  }

  async left(source: ShardRange, { userId, move, attempt }: MoveAttempt): Promise<void> {
    this.#note('left', source, `${userId} ${move}.${attempt}`);
  }

  async stay(source: ShardRange, { userId, move, attempt }: MoveAttempt): Promise<void> {
    this.#note('stay', source, `${userId} ${move}.${attempt}`);
  }

  async welcome(target: ShardRange, userId: string, move: number): Promise<void> {
    this.#note('welcome', target, `${userId} ${move}`);
  }

  #note(step: string, shard: ShardRange, about: string): void {
    this.steps.push(`${step} at ${shardName(shard)}: ${about}`);
    this.afterwards(step);
  }
}
