import type { TemplateValue } from './template.ts';

/** Looks up what the intrinsic functions of one template refer to. Each method throws when there is no such thing. */
export interface Scope {
  /** The value of `Ref`: of a pseudo parameter, a parameter or a resource. */
  ref(name: string): unknown;
  /** The value of `Fn::GetAtt`. */
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, topKey: string, secondKey: string): unknown;
  importValue(exportName: string): unknown;
  /** The value of `Fn::GetAZs`. */
  availabilityZones(): readonly string[];
}

/** What `Ref: AWS::NoValue` gives; properties and list items that have it are left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: TemplateValue, scope: Scope) => unknown;

const INTRINSICS: { readonly [name: string]: Intrinsic } = {
  Ref: (argument, scope) => scope.ref(literal(argument)),
  Condition: (argument, scope) => scope.condition(literal(argument)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, attribute] = attributeReference(argument);
    return scope.attribute(logicalId, text(resolve(attribute, scope)));
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': (argument, scope) => {
    const [delimiter, parts] = pair(argument);
    return list(resolve(parts, scope))
      .map(text)
      .join(text(resolve(delimiter, scope)));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = pair(argument);
    const values = list(resolve(items, scope));
    const value = values[Number(resolve(index, scope))];
    if (value === undefined) throw new Error(`the index is outside a list of ${values.length}`);
    return value;
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, source] = pair(argument);
    return text(resolve(source, scope)).split(text(resolve(delimiter, scope)));
  },
  'Fn::If': (argument, scope) => resolve(chosenBranch(argument, scope), scope),
  'Fn::Equals': (argument, scope) => {
    const [left, right] = pair(argument);
    return text(resolve(left, scope)) === text(resolve(right, scope));
  },
  'Fn::And': (argument, scope) => operands(argument).every((operand) => truth(resolve(operand, scope))),
  'Fn::Or': (argument, scope) => operands(argument).some((operand) => truth(resolve(operand, scope))),
  'Fn::Not': (argument, scope) => !truth(resolve(operands(argument)[0] ?? null, scope)),
  'Fn::FindInMap': (argument, scope) => {
    const [map, topKey, secondKey] = list(resolve(argument, scope)).map(text);
    return scope.mapping(map ?? '', topKey ?? '', secondKey ?? '');
  },
  'Fn::GetAZs': (_, scope) => [...scope.availabilityZones()],
  'Fn::Base64': (argument, scope) => Buffer.from(text(resolve(argument, scope))).toString('base64'),
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(resolve(argument, scope))),
};

/**
 * Replaces the intrinsic functions in a template value by what they stand for.
 *
 * @throws Error that names the intrinsic function which cannot be resolved
 */
export function resolve(value: TemplateValue, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (value === null || typeof value !== 'object') return value;
  const call = intrinsicCall(value);
  if (!call) {
    const resolved = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
  }
  const intrinsic = INTRINSICS[call.name];
  if (!intrinsic) throw new Error(`${call.name} is not supported by the local runner`);
  try {
    return intrinsic(call.argument, scope);
  } catch (error) {
    if (error instanceof IntrinsicError) throw error;
    throw new IntrinsicError(`${call.name}: ${(error as Error).message} (in ${JSON.stringify(value)})`);
  }
}

/** An intrinsic function that cannot be resolved; the message names it once, however deep it is nested. */
class IntrinsicError extends Error {
  override name = 'IntrinsicError';
}

/** The intrinsic function that an object stands for; none when the object is plain data. */
export function intrinsicCall(value: object): { name: string; argument: TemplateValue } | undefined {
  const [entry, ...others] = Object.entries(value) as [string, TemplateValue][];
  if (!entry || others.length > 0) return undefined;
  const [name, argument] = entry;
  const isCall = name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof argument === 'string');
  return isCall ? { name, argument } : undefined;
}

/** The branch of `Fn::If` that its condition chooses. */
export function chosenBranch(argument: TemplateValue, scope: Scope): TemplateValue {
  const [condition, whenTrue, whenFalse] = operands(argument);
  return (scope.condition(literal(condition)) ? whenTrue : whenFalse) ?? null;
}

/** Logical id and attribute of `Fn::GetAtt`, whose short form is one string with a dot. */
export function attributeReference(argument: TemplateValue): [logicalId: string, attribute: TemplateValue] {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = pair(argument);
  return [literal(logicalId), attribute];
}

/** What stands in `${}` in a `Fn::Sub` string. Its first group is `!` where the text is meant as it is. */
export const SUB_PLACEHOLDER = /\$\{(!?)([^}]+)\}/g;

/** String and variables of `Fn::Sub`, whose short form has no variables. */
export function subArguments(argument: TemplateValue): [string, { readonly [name: string]: TemplateValue }] {
  if (typeof argument === 'string') return [argument, {}];
  const [template, variables] = pair(argument);
  return [literal(template), variables as { readonly [name: string]: TemplateValue }];
}

function substitute(argument: TemplateValue, scope: Scope): string {
  const [template, variables] = subArguments(argument);
  const placeholderValue = (name: string) => {
    const variable = variables[name];
    if (variable !== undefined) return resolve(variable, scope);
    if (!name.includes('.')) return scope.ref(name);
    const [logicalId, attribute] = attributeReference(name);
    return scope.attribute(logicalId, literal(attribute));
  };
  return template.replace(SUB_PLACEHOLDER, (_, meantAsIs: string, name: string) =>
    meantAsIs ? `\${${name}}` : text(placeholderValue(name.trim())),
  );
}

function literal(value: TemplateValue | undefined): string {
  if (typeof value !== 'string') throw new Error('a name must be a literal string');
  return value;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`a string is needed, not ${JSON.stringify(value) ?? String(value)}`);
}

function truth(value: unknown): boolean {
  return value === true || value === 'true';
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`a list is needed, not ${JSON.stringify(value)}`);
  return value;
}

function operands(argument: TemplateValue): readonly TemplateValue[] {
  return list(argument) as readonly TemplateValue[];
}

function pair(argument: TemplateValue): [TemplateValue, TemplateValue] {
  const [first, second, ...others] = operands(argument);
  if (first === undefined || second === undefined || others.length > 0) throw new Error('two arguments are needed');
  return [first, second];
}
