import { closeSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** What is written in this time goes to the file at once: one write for many lines. */
const GATHER_MS = 20;

const writeAt = promisify(write);
const openFiles = new Set<LogFile>();

/**
 * A file of its owner's alone that takes text in order, a moment after it was given. Nothing is lost when the process exits, be it by an
 * uncaught exception: what is not yet written then is written at once, and what is just being written a second time, at the same place.
 */
export class LogFile {
  readonly #descriptor: number;
  readonly #onFailure: (error: Error) => void;
  /** Bytes that are written. */
  #length = 0;
  #underWay: Buffer = Buffer.alloc(0);
  #waiting = '';
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #open = true;

  /**
   * Creates the file, or empties it.
   *
   * @param onFailure told once when it cannot be written, which ends it
   * @throws the system's error when it cannot be opened
   */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#descriptor = openSync(path, 'w', 0o600);
    this.#onFailure = onFailure;
    if (openFiles.size === 0) process.on('exit', writeAll);
    openFiles.add(this);
  }

  /** Takes text, unless the file is closed or has failed. */
  write(text: string): void {
    if (!this.#open) return;
    this.#waiting += text;
    if (this.#writing === undefined) this.#writeSoon();
  }

  /** Resolves once everything is written. */
  async close(): Promise<void> {
    while (this.#writing !== undefined || (this.#open && this.#waiting !== '')) await (this.#writing ?? this.#write());
    this.#end();
  }

  /** Writes everything before it returns. */
  writeNow(): void {
    const bytes = Buffer.concat([this.#underWay, Buffer.from(this.#waiting)]);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#length + done);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#end();
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => void this.#write(), GATHER_MS).unref();
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writeWaiting()
      .catch((error: Error) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
        if (this.#open && this.#waiting !== '') this.#writeSoon();
      });
    return this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    this.#underWay = Buffer.from(this.#waiting);
    this.#waiting = '';
    while (this.#underWay.length > 0) {
      const { bytesWritten } = await writeAt(this.#descriptor, this.#underWay, 0, this.#underWay.length, this.#length);
      this.#length += bytesWritten;
      this.#underWay = this.#underWay.subarray(bytesWritten);
    }
  }

  #fail(error: Error): void {
    if (!this.#open) return;
    this.#end();
    this.#onFailure(error);
  }

  #end(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    closeSync(this.#descriptor);
    openFiles.delete(this);
    if (openFiles.size === 0) process.off('exit', writeAll);
  }
}

function writeAll(): void {
  for (const file of openFiles) file.writeNow();
}
