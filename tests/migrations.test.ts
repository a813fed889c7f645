import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './migration-rules.ts';

const FOLDER = join(import.meta.dirname, '../scripts/migrations');
const FILES = readdirSync(FOLDER);
/** Written before anything was deployed that could have been disturbed. */
const BEFORE_THE_FIRST_RELEASE = 4;

describe('the migrations', () => {
  it('are numbered without gaps, and none leads back', () => {
    const numbers = FILES.map((file) => Number(/^(\d{3})\.do\.[a-z0-9-]+\.sql$/.exec(file)?.[1]));
    expect(numbers).toEqual(FILES.map((_, index) => index + 1));
  });

  it('leave the release before them working while they run', () => {
    const problems = FILES.slice(BEFORE_THE_FIRST_RELEASE).flatMap((file) =>
      problemsOf(readFileSync(join(FOLDER, file), 'utf8')).map((problem) => `${file}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });
});

describe('a migration', () => {
  it.each([
    'DROP TABLE outbox',
    'ALTER TABLE orders DROP COLUMN renewed_at',
    'alter table orders\n  drop renewed_at',
    'ALTER TABLE orders ADD COLUMN a int, DROP COLUMN renewed_at',
    'ALTER TABLE orders RENAME COLUMN price TO unit_price',
    'ALTER TABLE orders RENAME TO purchases',
    'ALTER TABLE orders ALTER COLUMN quantity TYPE bigint',
    'ALTER TABLE orders ALTER quantity SET DATA TYPE bigint',
    'ALTER TABLE orders ALTER COLUMN idempotency_key SET NOT NULL',
    'ALTER TABLE orders ADD COLUMN note text NOT NULL',
    'ALTER TABLE orders ADD COLUMN a int DEFAULT 1, ADD COLUMN note text NOT NULL',
    'ALTER TABLE orders ADD CONSTRAINT positive CHECK (price > 0)',
    'ALTER TABLE orders ADD CHECK (price > 0)',
    'ALTER TABLE orders ADD COLUMN note text CHECK (char_length(note) < 500)',
    'ALTER TABLE orders ADD note text CHECK (note IN (1, 2)), ADD CONSTRAINT positive CHECK (price > 0) NOT VALID',
    'TRUNCATE outbox',
    'CREATE INDEX by_price ON orders (price)',
    'CREATE UNIQUE INDEX by_price ON orders (price)',
    'CREATE TABLE notes (id int); CREATE INDEX by_price ON orders (price)',
    'CREATE INDEX CONCURRENTLY by_price ON orders (price)',
    'ALTER TABLE orders ADD COLUMN a int; DROP INDEX CONCURRENTLY IF EXISTS by_price',
  ])('is refused with: %s', (script) => {
    expect(problemsOf(`${script};`)).toHaveLength(1);
  });

  it.each([
    'ALTER TABLE orders ADD COLUMN note text',
    "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT 'DROP TABLE orders'",
    'ALTER TABLE orders ALTER COLUMN price DROP NOT NULL, ALTER COLUMN quantity DROP DEFAULT, DROP CONSTRAINT a',
    'ALTER TABLE orders ADD CONSTRAINT positive CHECK (price > 0) NOT VALID',
    'ALTER TABLE orders ADD COLUMN note text, ADD CONSTRAINT short CHECK (char_length(note) < 500) NOT VALID',
    'ALTER TABLE orders VALIDATE CONSTRAINT positive',
    '-- Not: DROP TABLE orders\nCREATE TABLE notes (id int NOT NULL); CREATE INDEX by_id ON notes (id)',
    'DROP INDEX CONCURRENTLY IF EXISTS by_price; CREATE UNIQUE INDEX CONCURRENTLY by_price ON orders (price)',
    '-- Contract: since release 1.4 nothing reads it.\nALTER TABLE orders DROP COLUMN note',
  ])('may hold: %s', (script) => {
    expect(problemsOf(`${script};`)).toEqual([]);
  });

  it('may not rewrite a table even where no code is concerned', () => {
    expect(problemsOf('-- Contract: unused.\nALTER TABLE orders ALTER COLUMN note TYPE int;')).toHaveLength(1);
  });
});
