import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../../../tooling/errors.ts';

const FILE = 'objects.sqlite';
const SCHEMA_VERSION = 1;

/**
 * Keys are TEXT, which SQLite compares byte by byte in UTF-8: S3's order. A small object's bytes are in `content`, which
 * comes last so that listings do not read over it; those of a large one are in files, as JSON in `segments`.
 */
const SCHEMA = `
  CREATE TABLE bucket (name TEXT PRIMARY KEY, created INTEGER NOT NULL, cors TEXT, tags TEXT) STRICT;
  CREATE TABLE object (
    id INTEGER PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES bucket (name),
    key TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT,
    checksum TEXT NOT NULL,
    segments TEXT,
    content BLOB,
    UNIQUE (bucket, key)
  ) STRICT;
  CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES bucket (name),
    key TEXT NOT NULL,
    initiated INTEGER NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT,
    checksum TEXT
  ) STRICT;
  CREATE INDEX upload_by_key ON upload (bucket, key, initiated, id);
  CREATE TABLE part (
    upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (upload, number)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the index of a store's folder, and creates it in an empty one. A transaction that has been committed survives the end
 * of the process, however it ends; after a power failure the last ones may be missing.
 *
 * @throws UserError when the folder was written by another version of this project
 */
export function openDatabase(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const entries = readdirSync(dir);
  if (entries.length > 0 && !entries.includes(FILE)) throw foreign(dir);
  const database = new DatabaseSync(join(dir, FILE));
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    const version = database.prepare('PRAGMA user_version').get()?.user_version;
    if (version === 0) database.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
    else if (version !== SCHEMA_VERSION) throw foreign(dir);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs statements as one transaction: all of them take effect, or none when one throws. */
export function transaction<T>(database: DatabaseSync, statements: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = statements();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function foreign(dir: string): UserError {
  return new UserError(
    `The folder ${dir} holds S3 objects of another version of this project, which this one cannot read. ` +
      'Delete all local data with `npm run reset`, or choose another folder with --data-dir.',
  );
}
