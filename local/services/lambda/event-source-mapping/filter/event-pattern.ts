import { type Leaves, matchExpression } from './match-expression.ts';

export type EventTest = (event: unknown) => boolean;

/**
 * Compiles an EventBridge event pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html.
 * All fields of the pattern must match; of an array in the event, one element must. A dot in a name stands for nesting, as recorded.
 *
 * @param pattern parsed JSON
 * @throws Error with EventBridge's reason when the pattern is not valid
 */
export function eventPattern(pattern: unknown): EventTest {
  if (!isObject(pattern)) throw new Error('Filter is not an object');
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new Error('Empty objects are not allowed');
  const tests = fields.map(([name, part]) =>
    name === '$or' && isAlternatives(part) ? anyOf(part) : field(name, part),
  );
  return (event) => elementsOf(event).some((element) => tests.every((test) => test(element)));
}

/**
 * Where an object of `$or` has one of these names, `$or` is the name of a field itself.
 * https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/Constants.java
 */
const RESERVED = new Set(
  (
    'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard ' +
    'not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range ' +
    'ip-address-not-in-range'
  ).split(' '),
);

/** What `$or` needs: two objects or more, of fields. https://github.com/aws/event-ruler#or-relationship */
function isAlternatives(part: unknown): part is readonly object[] {
  return (
    Array.isArray(part) &&
    part.length > 1 &&
    part.every((each) => isObject(each) && !Object.keys(each).some((name) => RESERVED.has(name)))
  );
}

function anyOf(patterns: readonly object[]): EventTest {
  const tests = patterns.map(eventPattern);
  return (event) => tests.some((test) => test(event));
}

function field(path: string, part: unknown): EventTest {
  const dot = path.indexOf('.');
  if (dot > 0) return field(path.slice(0, dot), { [path.slice(dot + 1)]: part });
  if (Array.isArray(part)) {
    if (part.length === 0) throw new Error('Empty arrays are not allowed');
    const tests = part.map(matchExpression);
    return (event) => {
      const leaves = leavesOf(childrenOf(event, path));
      return tests.some((test) => test(leaves));
    };
  }
  if (!isObject(part)) throw new Error(`"${path}" must be an object or an array`);
  const test = eventPattern(part);
  return (event) => elementsOf(childrenOf(event, path)).some(test);
}

/** Something in which nothing is found stands for what is missing: `exists` may ask for that. */
function elementsOf(event: unknown): readonly unknown[] {
  return Array.isArray(event) && event.length > 0 ? event : [event];
}

function childrenOf(event: unknown, name: string): unknown[] {
  if (!isObject(event)) return [];
  return Object.entries(event).flatMap(([key, value]) => {
    if (key === name) return [value];
    return key.startsWith(`${name}.`) ? [{ [key.slice(name.length + 1)]: value }] : [];
  });
}

/** Strings, numbers, booleans and nulls, those in arrays included; what is in objects has a name of its own. */
function leavesOf(values: readonly unknown[]): Leaves {
  return values.flatMap((value) => (Array.isArray(value) ? leavesOf(value) : isObject(value) ? [] : [value]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
