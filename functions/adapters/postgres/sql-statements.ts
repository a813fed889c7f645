/** The statements of an SQL script without its comments; good for scripts whose texts hold no semicolon and no comment. */
export function statementsOf(script: string): string[] {
  return script
    .replace(/\/\*[\s\S]*?\*\/|--.*$/gm, ' ')
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

/** Whether Postgres refuses to run the statement inside a transaction: it lets others go on while an index is built. */
export function isConcurrent(statement: string): boolean {
  return /^(CREATE|DROP) (UNIQUE )?INDEX CONCURRENTLY\b/i.test(statement);
}
