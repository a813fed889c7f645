import { Transform, type TransformCallback } from 'node:stream';
import { FrameError } from './kafka-bytes.ts';

export interface FrameRule {
  /** How much of each message `applies` is shown, its length of four bytes included; no message is shorter. */
  readonly headBytes: number;
  /** Whether a message is to be replaced, by its first bytes. */
  readonly applies: (head: Buffer) => boolean;
  /** What goes on instead of the whole message, its length included. */
  readonly replacement: (message: Buffer) => Buffer;
}

/**
 * Passes a stream of Kafka messages on, and replaces those to which a rule applies. What passes is neither copied nor held up,
 * the first bytes of a message that arrives in pieces apart.
 */
export class FrameFilter extends Transform {
  readonly #rule: FrameRule;
  /** What is still to come of the message under way. */
  #remaining = 0;
  /** The beginning of a message, too short to decide on it. */
  #head: Buffer = Buffer.alloc(0);
  /** The pieces of a message that is to be replaced. */
  #held: Buffer[] | undefined;

  constructor(rule: FrameRule) {
    super();
    this.#rule = rule;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    let [from, at] = [0, 0];
    const passUntil = (end: number) => {
      if (end > from) this.#take(bytes.subarray(from, end));
      from = end;
    };
    for (;;) {
      const step = Math.min(this.#remaining, bytes.length - at);
      at += step;
      this.#remaining -= step;
      if (this.#remaining > 0) break;
      if (this.#held) {
        passUntil(at);
        this.#release(this.#held);
      }
      if (bytes.length - at < this.#rule.headBytes) break;
      const head = bytes.subarray(at, at + this.#rule.headBytes);
      this.#remaining = 4 + head.readInt32BE(0);
      if (this.#remaining < this.#rule.headBytes) {
        done(new FrameError(`a message of ${this.#remaining} bytes is too short`));
        return;
      }
      if (!this.#rule.applies(head)) continue;
      passUntil(at);
      this.#held = [];
    }
    passUntil(at);
    this.#head = bytes.subarray(at);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#head);
  }

  #take(bytes: Buffer): void {
    if (this.#held) this.#held.push(bytes);
    else this.push(bytes);
  }

  #release(held: Buffer[]): void {
    this.#held = undefined;
    this.push(this.#rule.replacement(Buffer.concat(held)));
  }
}
