import { BlockList, isIP } from 'node:net';
import { type PatternOptions, patternMatcher } from './patterns.ts';
import type { RequestContext } from './request-context.ts';

/** Whether a value of the request fits one value of the policy. */
type Comparison = (actual: string, context: RequestContext) => boolean;

/** Compiles a value of the policy. @throws Error when it is no value of the operator */
type Operator = (expected: string, hasVariables: boolean) => Comparison;

const text =
  (options: Omit<PatternOptions, 'hasVariables'>): Operator =>
  (expected, hasVariables) =>
    patternMatcher(expected, { hasVariables, ...options });

const ordered =
  (read: (text: string) => number, holds: (actual: number, expected: number) => boolean): Operator =>
  (expected) => {
    const limit = read(expected);
    if (Number.isNaN(limit)) throw new Error(`"${expected}" is no value that can be compared`);
    return (actual) => holds(read(actual), limit);
  };

const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
/** W3C's form of ISO 8601, or seconds since 1970. */
const date = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const comparisons = (name: string, read: (text: string) => number): [string, Operator][] => [
  [`${name}Equals`, ordered(read, (actual, expected) => actual === expected)],
  [`${name}LessThan`, ordered(read, (actual, expected) => actual < expected)],
  [`${name}LessThanEquals`, ordered(read, (actual, expected) => actual <= expected)],
  [`${name}GreaterThan`, ordered(read, (actual, expected) => actual > expected)],
  [`${name}GreaterThanEquals`, ordered(read, (actual, expected) => actual >= expected)],
];

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const ipAddress: Operator = (expected) => {
  const [address = '', bits] = expected.split('/');
  if (isIP(address) === 0) throw new Error(`"${expected}" is no address and no range of addresses`);
  const range = new BlockList();
  range.addSubnet(address, bits === undefined ? (isIP(address) === 6 ? 128 : 32) : Number(bits), family(address));
  return (actual) => isIP(actual) !== 0 && range.check(actual, family(actual));
};

/** By name, without the operators that are the opposite of another, without `...IfExists`, and without `Null`. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', text({ hasWildcards: false })],
  ['StringEqualsIgnoreCase', text({ hasWildcards: false, ignoresCase: true })],
  ['StringLike', text({})],
  ['ArnEquals', text({ isArn: true })],
  ['ArnLike', text({ isArn: true })],
  ['Bool', text({ hasWildcards: false, ignoresCase: true })],
  ['BinaryEquals', text({ hasWildcards: false })],
  ['IpAddress', ipAddress],
  ...comparisons('Numeric', number),
  ...comparisons('Date', date),
]);

const OPPOSITES: ReadonlyMap<string, string> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
]);

/** How a condition's operator reads its values. */
export interface ConditionOperator {
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
  /** Whether values are to differ from those of the policy. */
  readonly negated: boolean;
  /** Undefined for `Null`, which asks whether the key is missing. */
  readonly compare: Operator | undefined;
}

/**
 * Reads the name of an operator, such as `ForAnyValue:StringNotLike` or `BoolIfExists`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @throws Error for an operator that does not exist
 */
export function conditionOperator(name: string): ConditionOperator {
  const [, quantifier, base = '', suffix] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const opposite = OPPOSITES.get(base);
  const compare = OPERATORS.get(opposite ?? base);
  const isNull = base === 'Null' && suffix === undefined;
  if (!compare && !isNull) throw new Error(`the condition operator ${name} does not exist`);
  return {
    quantifier: quantifier as ConditionOperator['quantifier'],
    ifExists: suffix !== undefined,
    negated: opposite !== undefined,
    compare,
  };
}
