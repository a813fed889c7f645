import type { RequestContext } from './request-context.ts';

/** Whether a text fits a pattern, given the values that policy variables stand for. */
export type Matcher = (text: string, context: RequestContext) => boolean;

export interface PatternOptions {
  /** Policy variables such as `${aws:PrincipalAccount}` count only in policies of version 2012-10-17. */
  readonly hasVariables: boolean;
  readonly ignoresCase?: boolean;
  /** False where `*` and `?` stand for themselves. */
  readonly hasWildcards?: boolean;
  /** Whether wildcards stay in their part of an ARN. The last part may have colons of its own. */
  readonly isArn?: boolean;
}

/** A policy variable, with the value for requests without its key; else a piece of a regular expression. */
type Piece = string | { readonly key: string; readonly fallback: string | undefined };

const TOKEN = /\$\{\s*(?<key>[^},]+?)\s*(?:,\s*'(?<fallback>[^']*)'\s*)?\}|\*+|\?|[^*?$]+|\$/g;
const COLONS_OF_ARN = 5;

/**
 * Compiles a pattern: `*` stands for any characters, `?` for one, and `${key}` for a value of the request. A variable without a
 * value and without a default matches nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function patternMatcher(pattern: string, options: PatternOptions): Matcher {
  const flags = options.ignoresCase ? 'is' : 's';
  const pieces = piecesOf(pattern, options);
  if (pieces.every((piece) => typeof piece === 'string')) {
    const expression = new RegExp(`^${pieces.join('')}$`, flags);
    return (text) => expression.test(text);
  }
  return (text, context) => {
    const sources = pieces.map((piece) => (typeof piece === 'string' ? piece : escapedValue(piece, context)));
    return !sources.includes(undefined) && new RegExp(`^${sources.join('')}$`, flags).test(text);
  };
}

function escapedValue({ key, fallback }: Exclude<Piece, string>, context: RequestContext): string | undefined {
  const value = context.get(key)?.[0] ?? fallback;
  return value === undefined ? undefined : RegExp.escape(value);
}

function piecesOf(pattern: string, { hasVariables, hasWildcards = true, isArn = false }: PatternOptions): Piece[] {
  const isPartial = isArn && pattern.split(':').length > COLONS_OF_ARN;
  let colons = 0;
  return Array.from(pattern.matchAll(TOKEN), ({ 0: token, groups: { key, fallback } = {} }) => {
    if (key !== undefined && hasVariables) return /^[*?$]$/.test(key) ? RegExp.escape(key) : { key, fallback };
    const isWildcard = hasWildcards && (token === '?' || token.startsWith('*'));
    if (isWildcard) return `${isPartial && colons < COLONS_OF_ARN ? '[^:]' : '.'}${token === '?' ? '' : '*'}`;
    colons += token.split(':').length - 1;
    return RegExp.escape(token);
  });
}
