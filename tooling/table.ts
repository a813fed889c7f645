import { printable } from './printable.ts';

/**
 * Aligns rows in columns that are two spaces apart. Each cell is shown on one line, as {@link printable} has it.
 *
 * @param indent what each line begins with
 * @returns a line for each row
 */
export function tableLines(cells: readonly (readonly (string | number)[])[], indent = ''): string[] {
  const rows = cells.map((row) => row.map((cell) => printable(String(cell))));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    `${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
