import { InvalidArgumentError } from '@commander-js/extra-typings';

/** One of equal parts of the statements that are not listed. */
export interface Share {
  /** From 1. */
  readonly part: number;
  readonly of: number;
}

export const WHOLE: Share = { part: 1, of: 1 };

/** An option's value such as `2/6`. @throws InvalidArgumentError */
export function shareOf(text: string): Share {
  const [, part = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (part >= 1 && part <= of) return { part, of };
  throw new InvalidArgumentError('It must be k/n, with k from 1 to n, such as 2/6.');
}

/** The share of a day, another one each day until all have had their turn. */
export function shareOfDay(of: number, day: Date): Share {
  return { part: (Math.floor(day.getTime() / 86_400_000) % of) + 1, of };
}

/** Whether a share has the statement of this number, from 0. */
export function hasStatement({ part, of }: Share, index: number): boolean {
  return index % of === part - 1;
}
