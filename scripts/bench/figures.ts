/** One measured value, in the cell of a table: what was measured, and in which case. */
export interface Figure {
  /** The row, with its unit: `p50, ms`. The same text in every run, so that two runs can be compared. */
  readonly what: string;
  /** The column, such as `8 clients`. */
  readonly of: string;
  readonly value: number;
  /** The least and the greatest of the rounds, where `value` is their median. */
  readonly spread?: readonly [least: number, greatest: number];
  /** What the value should be. */
  readonly wanted?: Wanted;
}

export interface Wanted {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** The median of the rounds, with its spread. @throws Error when there is no round */
export function medianOf(values: readonly number[]): Pick<Figure, 'value' | 'spread'> {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (least === undefined || greatest === undefined || low === undefined || high === undefined) {
    throw new Error('There is no median without a value.');
  }
  return { value: (low + high) / 2, spread: [least, greatest] };
}

/** Whether a figure is as wanted; undefined where nothing is wanted of it. */
export function isAsWanted({ value, wanted }: Figure): boolean | undefined {
  if (wanted === undefined) return undefined;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = wanted;
  return value >= atLeast && value <= atMost;
}
