import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { BlobFiles, type ByteRange } from './blob-files.ts';
import { openDatabase } from './database.ts';
import { type Listing, type ListQuery, ObjectLists } from './listing.ts';
import {
  type Bucket,
  type Content,
  type NewObject,
  OBJECT_COLUMNS,
  type ObjectRow,
  objectOf,
  type StoredObject,
  type Tags,
} from './stored.ts';
import { type Upload, Uploads } from './uploads.ts';

/** Objects up to this size are kept in the database, where storing one is a single write. */
const INLINE_BYTES = 128 * 1024;

const REFERENCED_FILES = `
  SELECT segment.value ->> 'file' AS file FROM object, json_each(object.segments) AS segment
  UNION ALL SELECT file FROM part`;

const PUT_OBJECT = `
  INSERT OR REPLACE INTO object (bucket, key, size, etag, modified, headers, tags, checksum, segments, content)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What a bucket has beside its objects. */
export type BucketSetting = 'cors' | 'tags';

/** Decides on a write when nothing else can come between; it throws to refuse. */
export type Condition = (current: StoredObject | undefined) => void;

/**
 * Buckets and objects in a folder: an index with the small objects in SQLite, the large ones in files. Whatever ends the
 * process, an object is stored whole or not at all. Who may do what, and what is allowed, is not its business.
 */
export class ObjectStore {
  readonly files: BlobFiles;
  readonly uploads: Uploads;
  readonly #database: DatabaseSync;
  readonly #lists: ObjectLists;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws UserError when the folder was written by another version of this project */
  constructor(dir: string) {
    this.#database = openDatabase(dir);
    const referenced = this.#database
      .prepare(REFERENCED_FILES)
      .all()
      .map(({ file }) => String(file));
    this.files = new BlobFiles(join(dir, 'blobs'), new Set(referenced));
    this.uploads = new Uploads(this.#database, this.files);
    this.#lists = new ObjectLists(this.#database);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** False when there is one of this name already. */
  createBucket(name: string): boolean {
    return this.#run('INSERT INTO bucket (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING', name, Date.now()) > 0;
  }

  bucket(name: string): Bucket | undefined {
    const row = this.#get('SELECT name, created FROM bucket WHERE name = ?', name);
    return row && { name, created: new Date(Number(row.created)) };
  }

  buckets(): Bucket[] {
    const rows = this.#all('SELECT name, created FROM bucket ORDER BY name');
    return rows.map(({ name, created }) => ({ name: String(name), created: new Date(Number(created)) }));
  }

  /** False when it still has objects; then nothing is deleted. Uploads that are under way end with it. */
  deleteBucket(name: string): boolean {
    if (this.#get('SELECT 1 FROM object WHERE bucket = ? LIMIT 1', name)) return false;
    for (const upload of this.uploads.list(name, '')) this.uploads.abort(upload);
    this.#run('DELETE FROM bucket WHERE name = ?', name);
    return true;
  }

  /** A setting of a bucket as it was stored; undefined when there is none. */
  setting(bucket: string, name: BucketSetting): unknown {
    const value = this.#get(`SELECT ${name} AS value FROM bucket WHERE name = ?`, bucket)?.value;
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  }

  /** Stores a setting of a bucket, or removes it with undefined. */
  setSetting(bucket: string, name: BucketSetting, value: unknown): void {
    this.#run(`UPDATE bucket SET ${name} = ? WHERE name = ?`, jsonOrNull(value), bucket);
  }

  /** Takes bytes in, small ones in memory and large ones into a file. Rejects with the source's error, and keeps nothing then. */
  async receive(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Content> {
    const begun: Uint8Array[] = [];
    let size = 0;
    const pieces = pieceByPiece(source);
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
      begun.push(next.value);
      size += next.value.byteLength;
      if (size > INLINE_BYTES) {
        const segment = await this.files.write(pieceByPiece(begun, pieces));
        return { size: segment.size, segments: [segment] };
      }
    }
    return { size, bytes: Buffer.concat(begun) };
  }

  /** Removes what was received and is not going to be stored. */
  discard({ segments = [] }: Content): void {
    this.files.remove(segments);
  }

  /** Undefined when there is no such object. */
  find(bucket: string, key: string): StoredObject | undefined {
    const row = this.#get(`SELECT ${OBJECT_COLUMNS} FROM object WHERE bucket = ? AND key = ?`, bucket, key);
    return row && objectOf(row as unknown as ObjectRow);
  }

  /**
   * The bytes of an object that was found in this very moment: another moment later it may have been replaced.
   *
   * @param range all of them when left out
   */
  read({ id, size, segments }: StoredObject, range: ByteRange = { first: 0, last: size - 1 }): Buffer | Readable {
    if (segments !== undefined) return this.files.read(segments, range);
    const content = this.#get('SELECT content FROM object WHERE id = ?', id)?.content as Uint8Array;
    return Buffer.from(content.buffer, content.byteOffset, content.byteLength).subarray(range.first, range.last + 1);
  }

  /** The bytes of what was received or shared. */
  contentOf({ size, bytes, segments = [] }: Content): AsyncIterable<Uint8Array> | Uint8Array[] {
    return bytes ? [bytes] : this.files.read(segments, { first: 0, last: size - 1 });
  }

  /** The same bytes for another object: those in files are shared, not copied. */
  async share(object: StoredObject): Promise<Content> {
    const { size, segments } = object;
    if (segments === undefined) return { size, bytes: this.read(object) as Buffer };
    // Read, so that they stay until they are shared.
    const pinned = this.files.read(segments, { first: 0, last: -1 });
    try {
      // As the segments of one whole, whatever parts the source had.
      return { size, segments: await this.files.share(segments) };
    } finally {
      pinned.destroy();
    }
  }

  /**
   * Stores an object in place of what the key held.
   *
   * @param upload ends with it: the object consists of its parts
   * @throws what the condition throws; then the content is discarded and nothing else has happened
   */
  put(bucket: string, key: string, object: NewObject, condition: Condition = () => {}, upload?: Upload): StoredObject {
    const replaced = this.find(bucket, key);
    const parts = upload === undefined ? [] : this.uploads.parts(upload);
    const { content, ...described } = object;
    const modified = new Date(Math.trunc(Date.now() / 1000) * 1000);
    const stored = { key, size: content.size, modified, segments: content.segments, ...described };
    let id: number;
    try {
      condition(replaced);
      const insert = () => this.#insert(bucket, stored, content);
      id = upload === undefined ? insert() : this.uploads.complete(upload, insert);
    } catch (error) {
      if (upload === undefined) this.discard(content);
      throw error;
    }
    const used = new Set(content.segments?.map(({ file }) => file));
    this.files.remove([...(replaced?.segments ?? []), ...parts.filter(({ file }) => !used.has(file))]);
    return { id, ...stored };
  }

  #insert(bucket: string, object: Omit<StoredObject, 'id'>, { bytes }: Content): number {
    const { key, size, etag, modified, headers, tags, checksum, segments } = object;
    const texts = [JSON.stringify(headers), jsonOrNull(tags), JSON.stringify(checksum), jsonOrNull(segments)];
    const values = [bucket, key, size, etag, modified.getTime(), ...texts, bytes ?? null];
    return Number(this.#statement(PUT_OBJECT).run(...values).lastInsertRowid);
  }

  setTags({ id }: StoredObject, tags: Tags | undefined): void {
    this.#run('UPDATE object SET tags = ? WHERE id = ?', jsonOrNull(tags), id);
  }

  /** Deletes an object, if there is one. @throws what the condition throws */
  delete(bucket: string, key: string, condition: Condition = () => {}): void {
    const object = this.find(bucket, key);
    condition(object);
    if (object === undefined) return;
    this.#run('DELETE FROM object WHERE id = ?', object.id);
    this.files.remove(object.segments ?? []);
  }

  list(bucket: string, query: ListQuery): Listing {
    return this.#lists.list(bucket, query);
  }

  #get(sql: string, ...values: SQLInputValue[]) {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]) {
    return this.#statement(sql).all(...values);
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Each statement is prepared once. */
  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

async function* pieceByPiece(
  ...sources: (AsyncIterable<Uint8Array> | Iterable<Uint8Array>)[]
): AsyncGenerator<Uint8Array> {
  for (const source of sources) yield* source;
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
