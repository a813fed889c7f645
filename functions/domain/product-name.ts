import { ORDER_LIMITS } from './order.ts';

/**
 * Control characters, line and paragraph separators, and those that turn the text behind them around: within a name they
 * would end a line of a receipt, or reverse the price behind it. Marks for a single direction do neither.
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
const DISRUPTIVE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** Neither a blank (the last one is a blank pattern of Braille) nor a character that is not drawn. */
const VISIBLE = /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether an order may name its product so. */
export function isProductName(name: string): boolean {
  // Counted as Postgres does, in code points; a lone surrogate is not a character.
  const characters = [...name].length;
  const hasLength = characters >= 1 && characters <= ORDER_LIMITS.productNameCharacters && name.isWellFormed();
  return hasLength && VISIBLE.test(name) && name.search(DISRUPTIVE) === -1;
}

/** The name within one line of text: stored orders may have names that are refused today. */
export function productLine(name: string): string {
  return name.replaceAll(DISRUPTIVE, ' ');
}
