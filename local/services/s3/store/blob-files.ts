import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Bytes in a file of the store. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

/** Bytes of an object: first and last, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The files of a store, with random names. A file is never changed once it is written. */
export class BlobFiles {
  readonly #dir: string;
  /** How many readers each file has. */
  readonly #readers = new Map<string, number>();
  /** Files that belong to no object any more, but still have readers. */
  readonly #doomed = new Set<string>();

  /** @param referenced the files that belong to an object; the others, left by a killed process, are removed */
  constructor(dir: string, referenced: ReadonlySet<string>) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(dir)) {
      if (!referenced.has(file)) rmSync(join(dir, file));
    }
  }

  /** Writes a file. Rejects with the source's error; then there is no file. */
  async write(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Segment> {
    const file = randomUUID();
    const handle = await open(this.#pathOf(file), 'wx', 0o600);
    let size = 0;
    try {
      for await (const bytes of source) {
        await handle.writeFile(bytes);
        size += bytes.byteLength;
      }
    } catch (error) {
      await rm(this.#pathOf(file));
      throw error;
    } finally {
      await handle.close();
    }
    return { file, size };
  }

  /** Makes the same bytes known by other names, for another object, without copying them. All of them, or none. */
  async share(segments: readonly Segment[]): Promise<Segment[]> {
    const shared: Segment[] = [];
    try {
      for (const { file, size } of segments) {
        const name = randomUUID();
        await link(this.#pathOf(file), this.#pathOf(name));
        shared.push({ file: name, size });
      }
      return shared;
    } catch (error) {
      this.remove(shared);
      throw error;
    }
  }

  /** Reads bytes out of segments that follow each other. The files stay until the stream is closed, also when they are removed. */
  read(segments: readonly Segment[], range: ByteRange): Readable {
    for (const { file } of segments) this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1);
    return Readable.from(this.#pieces(segments, range), { objectMode: false }).once('close', () => {
      for (const { file } of segments) this.#release(file);
    });
  }

  async *#pieces(segments: readonly Segment[], { first, last }: ByteRange): AsyncGenerator<Buffer> {
    let begin = 0;
    for (const { file, size } of segments) {
      const [start, end] = [Math.max(first - begin, 0), Math.min(last - begin, size - 1)];
      if (start <= end) yield* createReadStream(this.#pathOf(file), { start, end, highWaterMark: 256 * 1024 });
      begin += size;
    }
  }

  #release(file: string): void {
    const left = (this.#readers.get(file) ?? 1) - 1;
    if (left > 0) {
      this.#readers.set(file, left);
      return;
    }
    this.#readers.delete(file);
    if (this.#doomed.delete(file)) rmSync(this.#pathOf(file), { force: true });
  }

  /** Removes files, each as soon as nobody reads it. */
  remove(segments: readonly Pick<Segment, 'file'>[]): void {
    for (const { file } of segments) {
      if (this.#readers.has(file)) this.#doomed.add(file);
      else rmSync(this.#pathOf(file), { force: true });
    }
  }

  #pathOf(file: string): string {
    return join(this.#dir, file);
  }
}
