import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const STATES = ['same as AWS', 'differs', 'not supported'];

interface Row {
  readonly behaviour: string;
  readonly state: string;
  readonly source: string;
  readonly test: string;
}

const section = /^## Same as AWS\?\n(.*?)(?=^## |(?![\s\S]))/ms.exec(
  readFileSync(join(import.meta.dirname, 'README.md'), 'utf8'),
)?.[1];

const rows: Row[] = (section ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| behaviour '))
  .map((line) => {
    const [behaviour = '', state = '', source = '', test = '', ...more] = line.slice(1, -1).split('|');
    expect(more, line).toEqual([]);
    return { behaviour: behaviour.trim(), state: state.trim(), source: source.trim(), test: test.trim() };
  });

/** The tests that a row names: of each its file, and how its title begins. */
function testsOf(named: string): [file: string, title: string][] {
  return named.split(/, (?=`)/).map((each) => {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(each) ?? [];
    return [file, title];
  });
}

/** Whether a title of the file, be it of a test that is not skipped or of a row of S3's table, begins with a text. */
function hasTitle(file: string, title: string): boolean {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const called = String.raw`(?:\b(?:it|test|describe|behaviour)|\))\(\s*(['"\x60])`;
  return new RegExp(called + escaped).test(readFileSync(join(ROOT, file), 'utf8'));
}

describe('the table of behaviours', () => {
  it('says of each behaviour whether it is as on AWS, and which page or recording says so', () => {
    console.info(`${rows.length} behaviours: ${STATES.map((state) => `${countOf(state)} ${state}`).join(', ')}`);
    expect(rows.length).toBeGreaterThan(90);
    for (const row of rows) {
      expect(STATES, row.behaviour).toContain(row.state);
      expect(row.source, row.behaviour).toMatch(/\[.+?\]\(https:\/\/\S+\)/);
    }
    expect(new Set(rows.map(({ behaviour }) => behaviour)).size).toBe(rows.length);
  });

  it('names tests that exist', () => {
    const missing = rows.flatMap(({ behaviour, test }) =>
      testsOf(test).flatMap(([file, title]) =>
        title !== '' && existsSync(join(ROOT, file)) && hasTitle(file, title) ? [] : [`${behaviour}: ${test}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  it('would find out a title that is gone', () => {
    const [[file, title] = ['', '']] = testsOf((rows[0] as Row).test);
    expect([hasTitle(file, title), hasTitle(file, `${title} x`)]).toEqual([true, false]);
  });
});

function countOf(state: string): number {
  return rows.filter((row) => row.state === state).length;
}
