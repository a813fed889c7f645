import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Algorithm, ChecksumType } from '../checksums.ts';
import type { BlobFiles, Segment } from './blob-files.ts';
import { transaction } from './database.ts';
import type { Description } from './stored.ts';

/** The checksums that the parts of an upload and its object get. */
export interface UploadChecksum {
  readonly algorithm: Algorithm;
  readonly type: ChecksumType;
}

/** An object that is being uploaded in parts. */
export interface Upload extends Description {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  /** Undefined when the client named none: then the object gets S3's default. */
  readonly checksum: UploadChecksum | undefined;
}

export interface UploadedPart extends Segment {
  readonly number: number;
  readonly etag: string;
  readonly modified: Date;
  /** Base64, by the upload's algorithm. */
  readonly checksum: string;
}

interface UploadRow {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly headers: string;
  readonly tags: string | null;
  readonly checksum: string | null;
}

/** The multipart uploads that are under way. */
export class Uploads {
  readonly #database: DatabaseSync;
  readonly #files: BlobFiles;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #delete: StatementSync;
  readonly #putPart: StatementSync;
  readonly #part: StatementSync;
  readonly #parts: StatementSync;

  constructor(database: DatabaseSync, files: BlobFiles) {
    this.#database = database;
    this.#files = files;
    this.#insert = database.prepare('INSERT INTO upload VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#find = database.prepare('SELECT * FROM upload WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM upload WHERE id = ?');
    this.#putPart = database.prepare('INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#part = database.prepare('SELECT file FROM part WHERE upload = ? AND number = ?');
    this.#parts = database.prepare('SELECT * FROM part WHERE upload = ? ORDER BY number');
  }

  begin(bucket: string, key: string, { headers, tags, checksum }: Description & Pick<Upload, 'checksum'>): Upload {
    const id = randomBytes(48).toString('base64url');
    const initiated = Date.now();
    this.#insert.run(id, bucket, key, initiated, JSON.stringify(headers), orNull(tags), orNull(checksum));
    return { id, bucket, key, initiated: new Date(initiated), headers, tags, checksum };
  }

  /** Undefined when there is none with this id for this bucket and key. */
  find(bucket: string, key: string, id: string): Upload | undefined {
    const row = this.#find.get(id) as unknown as UploadRow | undefined;
    return row?.bucket === bucket && row.key === key ? uploadOf(row) : undefined;
  }

  /** The uploads to keys with this prefix, by key and then by time. */
  list(bucket: string, prefix: string): Upload[] {
    const rows = this.#database
      .prepare('SELECT * FROM upload WHERE bucket = ? ORDER BY key, initiated, id')
      .all(bucket) as unknown as UploadRow[];
    return rows.filter(({ key }) => key.startsWith(prefix)).map(uploadOf);
  }

  parts({ id }: Upload): UploadedPart[] {
    const rows = this.#parts.all(id) as unknown as (Omit<UploadedPart, 'modified'> & { modified: number })[];
    return rows.map((row) => ({ ...row, modified: new Date(row.modified) }));
  }

  /** Stores a part in place of an earlier one with the same number. False when the upload has come to its end meanwhile. */
  put({ id }: Upload, { number, size, etag, modified, checksum, file }: UploadedPart): boolean {
    if (!this.#find.get(id)) return false;
    const replaced = this.#part.get(id, number) as { file: string } | undefined;
    this.#putPart.run(id, number, size, etag, modified.getTime(), checksum, file);
    if (replaced) this.#files.remove([replaced]);
    return true;
  }

  /** Ends an upload in the same transaction in which its object is stored, and leaves its files alone. */
  complete<T>({ id }: Upload, store: () => T): T {
    return transaction(this.#database, () => {
      this.#delete.run(id);
      return store();
    });
  }

  abort(upload: Upload): void {
    const parts = this.parts(upload);
    this.#delete.run(upload.id);
    this.#files.remove(parts);
  }
}

function uploadOf({ initiated, headers, tags, checksum, ...row }: UploadRow): Upload {
  return {
    ...row,
    initiated: new Date(initiated),
    headers: JSON.parse(headers),
    tags: tags === null ? undefined : JSON.parse(tags),
    checksum: checksum === null ? undefined : JSON.parse(checksum),
  };
}

function orNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
