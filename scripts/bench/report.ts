import { tableLines } from '../../tooling/table.ts';
import { type Figure, isAsWanted, type Wanted } from './figures.ts';
import type { Machine } from './machine.ts';

/** What one run of the bench has measured. */
export interface BenchResult {
  readonly machine: Machine;
  readonly seed: number;
  readonly startedAt: string;
  /** By the name of the part. */
  readonly parts: Readonly<Record<string, readonly Figure[]>>;
}

/** The figures of a part as a table: a row for each of what was measured, a column for each case. */
export function partLines(name: string, figures: readonly Figure[]): string[] {
  const cases = unique(figures.map(({ of }) => of));
  const rows = [...Map.groupBy(figures, ({ what }) => what)].map(([what, ofIt]) => [
    what,
    ...cases.map((of) => cell(ofIt.find((figure) => figure.of === of))),
    wantedText(ofIt),
  ]);
  return [name, ...tableLines([['', ...cases, ''], ...rows], '  ')];
}

/** What has changed since an earlier run: each figure before and now, and their ratio. */
export function comparisonLines(before: BenchResult, now: BenchResult): string[] {
  const rows = Object.entries(now.parts).flatMap(([part, figures]) =>
    figures.flatMap((figure) => {
      const earlier = before.parts[part]?.find(({ what, of }) => what === figure.what && of === figure.of);
      if (earlier === undefined) return [];
      return [
        [
          part,
          figure.what,
          figure.of,
          number(earlier.value),
          number(figure.value),
          number(figure.value / earlier.value),
        ],
      ];
    }),
  );
  return tableLines([['part', 'figure', 'of', before.machine.commit, now.machine.commit, 'ratio'], ...rows]);
}

/** Where, when and on what it was measured. */
export function machineLine({ machine, seed }: Pick<BenchResult, 'machine' | 'seed'>): string {
  const { commit, node, system, processors, memoryGb, load } = machine;
  return `commit ${commit}, seed ${seed}, ${processors}, ${memoryGb} GB, ${system}, Node ${node}, load before ${load.toFixed(2)}`;
}

function cell(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const { value, spread } = figure;
  const missed = isAsWanted(figure) === false ? ' !' : '';
  return `${number(value)}${spread ? ` (${number(spread[0])}-${number(spread[1])})` : ''}${missed}`;
}

/** What is wanted of a row, with the cases where they differ. */
function wantedText(row: readonly Figure[]): string {
  const texts = row.flatMap(({ of, wanted }) => (wanted === undefined ? [] : [{ of, text: boundText(wanted) }]));
  const different = unique(texts.map(({ text }) => text));
  if (different.length <= 1) return different.map((text) => `wanted: ${text}`).join('');
  return `wanted: ${texts.map(({ of, text }) => `${of} ${text}`).join(', ')}`;
}

function boundText({ atLeast, atMost }: Wanted): string {
  return atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`;
}

/** With three digits that tell something, and no more behind the point than that takes. */
function number(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1))));
  return Number(value.toFixed(digits)).toLocaleString('en-US', { maximumFractionDigits: digits });
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
