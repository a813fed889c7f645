import { conditionOperator } from './condition-operators.ts';
import { isKnownKey, type RequestContext } from './request-context.ts';

/** Whether a request meets a condition. */
export type Condition = (context: RequestContext) => boolean;

/**
 * Compiles the conditions of a statement: all keys of all operators must hold, each with one of its values.
 *
 * @throws Error that names an operator or a key which is not known, since what it guards could not be decided
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function compileConditions(
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  hasVariables: boolean,
): Condition | undefined {
  const compiled = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compileCondition(operator, key, values, hasVariables)),
  );
  if (compiled.length === 0) return undefined;
  return (context) => compiled.every((holds) => holds(context));
}

function compileCondition(name: string, key: string, expected: readonly string[], hasVariables: boolean): Condition {
  if (!isKnownKey(key)) throw new Error(`the local runner does not know the condition key ${key}`);
  const { quantifier, ifExists, negated, compare } = conditionOperator(name);
  if (!compare) return (context) => expected.some((missing) => missing === String(context.get(key) === undefined));
  const comparisons = expected.map((value) => compare(value, hasVariables));
  return (context) => {
    const actual = context.get(key) ?? [];
    const fits = (value: string) => comparisons.some((matches) => matches(value, context)) !== negated;
    if (quantifier === 'ForAllValues') return actual.every(fits);
    if (actual.length > 0) return actual.some(fits);
    return ifExists || (negated && quantifier === undefined);
  };
}
