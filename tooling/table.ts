/**
 * Aligns rows in columns that are two spaces apart.
 *
 * @param indent what each line begins with
 * @returns a line for each row
 */
export function tableLines(rows: readonly (readonly (string | number)[])[], indent = ''): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? '').length)),
  );
  return rows.map((row) =>
    `${indent}${row.map((cell, column) => String(cell).padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
