import { isConcurrent, statementsOf } from '../functions/adapters/postgres/schema-migrations.ts';

/** How a migration begins that takes away what the release before it no longer uses. */
const CONTRACT = /^-- Contract: \S/;

interface Rule {
  readonly refused: RegExp;
  readonly because: string;
}

/** Fine once no running code uses what is changed, which the file has to say. */
const EXPAND_FIRST: readonly Rule[] = [
  { refused: /^DROP (TABLE|VIEW|TYPE|SCHEMA|FUNCTION)\b/i, because: 'running code may use what is dropped' },
  {
    refused: /^ALTER TABLE\b.*\bDROP (?!CONSTRAINT|DEFAULT|NOT NULL|EXPRESSION|IDENTITY)/i,
    because: 'running code may use the column that is dropped',
  },
  { refused: /^ALTER\b.*\bRENAME\b/i, because: 'running code uses the former name' },
  { refused: /^ALTER TABLE\b.*\bSET NOT NULL\b/i, because: 'running code may store a null' },
];

const NEVER: readonly Rule[] = [
  {
    refused: /^ALTER TABLE\b.*\bALTER (COLUMN )?\S+ (SET DATA )?TYPE\b/i,
    because: 'the table is rewritten while nobody can use it; add a column and move the values',
  },
  {
    refused: /^ALTER TABLE\b.*\bADD COLUMN\b(?=[^,]*\bNOT NULL\b)(?![^,]*\bDEFAULT\b)/i,
    because: 'running code does not fill the column; give it a default',
  },
  {
    refused: /^ALTER TABLE\b.*\bADD (CONSTRAINT \S+ )?(CHECK|FOREIGN KEY)\b(?!.*\bNOT VALID\b)/i,
    because: 'the table is read through while nobody can write to it; add it NOT VALID and validate it in a later file',
  },
  {
    refused: /^ALTER TABLE\b.*\bADD (?!CONSTRAINT\b|CHECK\b)(?:(?!, ?ADD\b).)*\bCHECK\b/i,
    because:
      'the table is read through while nobody can use it; add the check by itself, NOT VALID, and validate it later',
  },
  { refused: /^TRUNCATE\b/i, because: 'it deletes what people ordered' },
];

/** What is wrong with a migration that runs while the release before it is serving; see docs/migrations.md. */
export function problemsOf(script: string): string[] {
  const statements = statementsOf(script.replace(/'[^']*'/g, "''"));
  const rules = CONTRACT.test(script) ? NEVER : [...EXPAND_FIRST, ...NEVER];
  const broken = statements.flatMap((statement) =>
    rules.filter(({ refused }) => refused.test(statement)).map(({ because }) => `${statement}: ${because}`),
  );
  return [...broken, ...indexProblems(statements)];
}

function indexProblems(statements: readonly string[]): string[] {
  const created = statements.map((statement) => /^CREATE TABLE (?:IF NOT EXISTS )?(\S+)/i.exec(statement)?.[1]);
  const problems = statements.flatMap((statement) => {
    const index = /^CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?(\S+) ON (?:ONLY )?(\S+)/i.exec(
      statement,
    );
    const [, concurrently, name, table] = index ?? [];
    if (index === null || (!concurrently && created.includes(table))) return [];
    if (!concurrently) return [`${statement}: nobody can write while it is built; build it CONCURRENTLY`];
    const dropped = statements.some(
      (other) => other.toUpperCase() === `DROP INDEX CONCURRENTLY IF EXISTS ${name}`.toUpperCase(),
    );
    return dropped
      ? []
      : [`${statement}: a failed attempt leaves it behind; DROP INDEX CONCURRENTLY IF EXISTS it first`];
  });
  if (statements.some(isConcurrent) && !statements.every(isConcurrent)) {
    problems.push('Concurrent statements run outside of a transaction; put the others into a file of their own.');
  }
  return problems;
}
