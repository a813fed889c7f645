import { BlockList, isIP } from 'node:net';

/** The values that a field of an event has: none when it is missing, several when it is an array. */
export type Leaves = readonly unknown[];

type Test = (value: unknown) => boolean;
type TextTest = (text: string) => boolean;

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/**
 * Compiles one element of a field's list: a value, or an operator such as `{ "prefix": "x" }`.
 *
 * @throws Error with EventBridge's reason when it is not valid
 */
export function matchExpression(expression: unknown): (leaves: Leaves) => boolean {
  if (typeof expression !== 'object' || expression === null) return (leaves) => leaves.includes(expression);
  const [[name = '', operand] = [], ...others] = Object.entries(expression);
  if (others.length > 0) throw new Error('Only one key allowed in match expression');
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw new Error('exists match pattern must be either true or false.');
    return (leaves) => leaves.length > 0 === operand;
  }
  const test = operator(name, operand);
  return (leaves) => leaves.some(test);
}

function operator(name: string, operand: unknown): Test {
  switch (name) {
    case 'numeric':
      return numeric(operand);
    case 'cidr':
      return cidr(operand);
    case 'anything-but':
      return anythingBut(operand);
    default:
      return ofTexts(textTest(name, operand));
  }
}

function ofTexts(test: TextTest): Test {
  return (value) => typeof value === 'string' && test(value);
}

function textTest(name: string, operand: unknown): TextTest {
  if ((name === 'prefix' || name === 'suffix') && hasOnly(operand, 'equals-ignore-case')) {
    const wanted = lowerCase(operand['equals-ignore-case']);
    return (text) => (name === 'prefix' ? text.toLowerCase().startsWith(wanted) : text.toLowerCase().endsWith(wanted));
  }
  switch (name) {
    case 'prefix': {
      const wanted = string(name, operand);
      return (text) => text.startsWith(wanted);
    }
    case 'suffix': {
      const wanted = string(name, operand);
      return (text) => text.endsWith(wanted);
    }
    case 'equals-ignore-case': {
      const wanted = lowerCase(operand);
      return (text) => text.toLowerCase() === wanted;
    }
    case 'wildcard':
      return wildcard(string(name, operand));
    default:
      throw new Error(`Unrecognized match type ${name}`);
  }
}

function anythingBut(operand: unknown): Test {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [[name = '', wanted] = []] = Object.entries(operand);
    const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    const isAffix = name === 'prefix' || name === 'suffix';
    if (isAffix && list.some((item) => typeof item !== 'string')) {
      throw new Error('prefix/suffix match pattern must be a string');
    }
    if (isAffix && list.includes('')) throw new Error('Null prefix/suffix not allowed');
    const tests = list.map((item) => ofTexts(textTest(name, item)));
    return (value) => !tests.some((test) => test(value));
  }
  const unwanted: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (unwanted.length === 0 || !unwanted.every(isTextOrNumber)) {
    throw new Error('Value of anything-but must be an array or single string/number value.');
  }
  return (value) => !unwanted.includes(value);
}

/** `["=", 5]`, or a range such as `[">", 0, "<=", 5]`. */
function numeric(operand: unknown): Test {
  if (!Array.isArray(operand)) throw new Error('Value of numeric must be an array.');
  const [first, low, second, high] = operand as unknown[];
  const conditions = [condition(first, low)];
  if (operand.length > 2) {
    if (!String(first).startsWith('>')) throw new Error('Too many terms in numeric range expression');
    if (!String(second).startsWith('<')) throw new Error(`Bad numeric range operator: ${second}`);
    conditions.push(condition(second, high));
  }
  if (operand.length > 4) throw new Error('Too many terms in numeric range expression');
  return (value) => typeof value === 'number' && conditions.every((holds) => holds(value));
}

function condition(comparison: unknown, limit: unknown): (value: number) => boolean {
  const compare = Object.hasOwn(COMPARISONS, String(comparison)) ? COMPARISONS[String(comparison)] : undefined;
  if (!compare) throw new Error(`Unrecognized numeric range operator: ${comparison}`);
  if (typeof limit !== 'number') throw new Error(`Value of ${comparison} must be numeric`);
  return (value) => compare(value, limit);
}

function cidr(operand: unknown): Test {
  const [address = '', mask = '', ...others] = string('cidr', operand).split('/');
  if (mask === '' || others.length > 0) throw new Error("Malformed CIDR, one '/' required");
  if (!/^\d{1,3}$/.test(mask)) throw new Error('Malformed CIDR, mask bits must be an integer');
  const version = isIP(address);
  if (version === 0) throw new Error(`Nonstandard IP address: ${address}`);
  if (Number(mask) > (version === 4 ? 32 : 128))
    throw new Error('Malformed CIDR, mask bits must not exceed the address');
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const subnet = new BlockList();
  subnet.addSubnet(address, Number(mask), family);
  return ofTexts((text) => isIP(text) === version && subnet.check(text, family));
}

/** `*` stands for any characters; `\*` and `\\` for themselves. */
function wildcard(pattern: string): TextTest {
  const tokens = pattern.match(/\\[\\*]|./gs) ?? [];
  const parts = [''];
  for (const [at, token] of tokens.entries()) {
    if (token !== '*') parts.push(parts.pop() + token.slice(-1));
    else if (tokens[at + 1] === '*') throw new Error(`Consecutive wildcard characters at pos ${at + 1}`);
    else parts.push('');
  }
  const [start = '', ...rest] = parts;
  const end = rest.pop();
  if (end === undefined) return (text) => text === start;
  return (text) => {
    if (!text.startsWith(start)) return false;
    let at = start.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - end.length >= at && text.endsWith(end);
  };
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function hasOnly<Name extends string>(operand: unknown, name: Name): operand is Record<Name, unknown> {
  return typeof operand === 'object' && operand !== null && Object.keys(operand).join() === name;
}

function lowerCase(operand: unknown): string {
  return string('equals-ignore-case', operand).toLowerCase();
}

function string(name: string, operand: unknown): string {
  if (typeof operand === 'string') return operand;
  throw new Error(`${name} match pattern must be a string`);
}
