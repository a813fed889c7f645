import { arnOf, LOCAL_PLACE, type Place, uuidOf } from '../aws-identity.ts';
import { NO_VALUE, resolve, type Scope } from './intrinsics.ts';
import type { OutputDeclaration, ResourceDeclaration, Stack, TemplateValue } from './template.ts';

/** What a created resource gives to those that refer to it. */
export interface ResourceResult {
  /** The value of `Ref`. */
  readonly ref: string;
  /** The value of `Fn::GetAtt`; undefined when the resource has no such attribute. */
  attribute?(name: string): unknown;
  /** Takes away what the resource has brought, unless something else has taken its place. Without it, what it has brought stays, as data does. */
  remove?(): void | Promise<void>;
}

/** Names and values of one stack while it is being deployed. */
export class StackScope implements Scope {
  readonly stack: Stack;
  readonly #exports: ExportTable;
  readonly #place: Place;
  readonly #results = new Map<string, ResourceResult>();

  constructor(stack: Stack, exports: ExportTable, place: Place = LOCAL_PLACE) {
    this.stack = stack;
    this.#exports = exports;
    this.#place = place;
    exports.add(this);
  }

  /** Whether a resource or output exists, by its condition. */
  isPresent(declaration: { readonly Condition?: string }): boolean {
    return declaration.Condition === undefined || this.condition(declaration.Condition);
  }

  created(logicalId: string, result: ResourceResult): void {
    this.#results.set(logicalId, result);
  }

  ref(name: string): unknown {
    if (name.startsWith('AWS::')) return this.#pseudoParameter(name);
    if (this.stack.template.Parameters?.[name]) return this.#parameter(name);
    return this.#result(name).ref;
  }

  attribute(logicalId: string, name: string): unknown {
    const value = this.#result(logicalId).attribute?.(name);
    if (value === undefined) throw new Error(`${logicalId} has no attribute ${name} in the local run`);
    return value;
  }

  condition(name: string): boolean {
    const condition = this.stack.template.Conditions?.[name];
    if (condition === undefined) throw new Error(`there is no condition ${name}`);
    return resolve(condition, this) === true;
  }

  mapping(map: string, topKey: string, secondKey: string): unknown {
    const value = this.stack.template.Mappings?.[map]?.[topKey]?.[secondKey];
    if (value === undefined) throw new Error(`there is no mapping ${map}.${topKey}.${secondKey}`);
    return value;
  }

  importValue(exportName: string): unknown {
    const { scope, value } = this.#exports.find(exportName);
    return resolve(value, scope);
  }

  availabilityZones(): readonly string[] {
    return this.#place.availabilityZones;
  }

  #pseudoParameter(name: string): unknown {
    const value = {
      'AWS::AccountId': this.#place.accountId,
      'AWS::NoValue': NO_VALUE,
      'AWS::NotificationARNs': [],
      'AWS::Partition': this.#place.partition,
      'AWS::Region': this.#place.region,
      'AWS::StackId': stackId(this.stack.name),
      'AWS::StackName': this.stack.name,
      'AWS::URLSuffix': this.#place.urlSuffix,
    }[name];
    if (value === undefined) throw new Error(`there is no pseudo parameter ${name}`);
    return value;
  }

  #parameter(name: string): unknown {
    const declaration = this.stack.template.Parameters?.[name];
    const value = this.stack.parameters[name] ?? declaration?.Default;
    if (value === undefined) throw new Error(`the parameter ${name} has no value and no default`);
    const isList = /^(List<|CommaDelimitedList)/.test(declaration?.Type ?? '');
    return isList ? String(value).split(',') : value;
  }

  #result(logicalId: string): ResourceResult {
    const result = this.#results.get(logicalId);
    if (result) return result;
    const declaration = this.stack.template.Resources[logicalId];
    if (!declaration) throw new Error(`the template has no resource or parameter ${logicalId}`);
    if (!this.isPresent(declaration)) throw new Error(`${logicalId} is left out by its condition`);
    throw new Error(`${logicalId} is not created yet`);
  }
}

/** The resources of a stack whose conditions hold, by their logical ids. */
export function presentResources(stack: Stack): [logicalId: string, declaration: ResourceDeclaration][] {
  const scope = new StackScope(stack, new ExportTable());
  return Object.entries(stack.template.Resources).filter(([, declaration]) => scope.isPresent(declaration));
}

/** The exported outputs of all stacks; their names are unique in an account and region. */
export class ExportTable {
  readonly #outputs = new Map<string, { scope: StackScope; value: TemplateValue }>();

  add(scope: StackScope): void {
    for (const output of Object.values<OutputDeclaration>(scope.stack.template.Outputs ?? {})) {
      if (!output.Export || !scope.isPresent(output)) continue;
      this.#outputs.set(String(resolve(output.Export.Name, scope)), { scope, value: output.Value });
    }
  }

  /** @throws Error when no stack exports the name */
  find(exportName: string): { scope: StackScope; value: TemplateValue } {
    const output = this.#outputs.get(exportName);
    if (!output) throw new Error(`no stack exports ${exportName}`);
    return output;
  }
}

/** The ARN of a stack; its last part is the same in each run. */
export function stackId(stackName: string): string {
  return arnOf('cloudformation', `stack/${stackName}/${uuidOf(stackName)}`);
}
