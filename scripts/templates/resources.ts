import { resolve } from '../../local/assembly/intrinsics.ts';
import { referencesOf } from '../../local/assembly/references.ts';
import { ExportTable, StackScope } from '../../local/assembly/stack-scope.ts';
import type { ResourceDeclaration, Stack } from '../../local/assembly/template.ts';
import { ACCOUNT_ID, arnOf, LOCAL_PLACE, type Place } from '../../local/aws-identity.ts';

/** A resource of the templates. References in its properties are resolved to symbols, over stacks' borders too. */
export interface Resource {
  /** `stack/logicalId`, as symbols name it. */
  readonly key: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly propertyNames: readonly string[];
  /** The value of one property; undefined when it has none of that name. */
  property(name: string): unknown;
  /** Keys of the resources that its properties refer to. */
  references(): readonly string[];
}

const SYMBOL = /«([^».]+)(?:\.[^»]+)?»/g;

/** Keys of the resources that a text refers to, such as `orders/Bucket` in `«orders/Bucket.Arn»/receipts/*`. */
export function keysIn(text: string): string[] {
  return [...text.matchAll(SYMBOL)].map(([, key = '']) => key);
}

/** Replaces each symbol in a text. */
export function replaceSymbols(text: string, replacement: (key: string) => string): string {
  return text.replace(SYMBOL, (_, key: string) => replacement(key));
}

/**
 * All resources of the stacks. What only a deployment can know, an id or an ARN, stands as a symbol: `«stack/logicalId»` for
 * `Ref`, `«stack/logicalId.Attribute»` for `Fn::GetAtt`.
 *
 * @param place whose account, Region and zones the properties name
 */
export function resourcesOf(stacks: readonly Stack[], place: Place = LOCAL_PLACE): Resource[] {
  const exports = new ExportTable();
  const scopes = stacks.map((stack) => new StackScope(stack, exports, place));
  for (const scope of scopes) {
    for (const [logicalId, declaration] of Object.entries(scope.stack.template.Resources)) {
      scope.created(logicalId, symbolsOf(scope.stack.name, logicalId, declaration));
    }
  }
  return scopes.flatMap((scope) =>
    Object.entries(scope.stack.template.Resources)
      .filter(([, declaration]) => scope.isPresent(declaration))
      .map(([logicalId, declaration]) => resource(scope, logicalId, declaration)),
  );
}

function symbolsOf(stack: string, logicalId: string, declaration: ResourceDeclaration) {
  const key = `${stack}/${logicalId}`;
  if (declaration.Type === 'AWS::MSK::Cluster') {
    // Templates cut the ARNs of topics and groups out of the cluster's.
    const arn = arnOf('kafka', `cluster/${String(declaration.Properties?.ClusterName)}/«${key}»`);
    return { ref: arn, attribute: (name: string) => (name === 'Arn' ? arn : `«${key}.${name}»`) };
  }
  return { ref: `«${key}»`, attribute: (name: string) => `«${key}.${name}»` };
}

function resource(scope: StackScope, logicalId: string, declaration: ResourceDeclaration): Resource {
  const { Type: type, Properties: properties = {} } = declaration;
  const stack = scope.stack.name;
  return {
    key: `${stack}/${logicalId}`,
    stack,
    logicalId,
    type,
    propertyNames: Object.keys(properties),
    property: (name) => {
      const value = properties[name];
      return value === undefined ? undefined : resolve(value, scope);
    },
    references: () => {
      const { names, imports } = referencesOf(properties, scope);
      const local = [...names].filter((name) => scope.stack.template.Resources[name]).map((name) => `${stack}/${name}`);
      return [...local, ...[...imports].flatMap((name) => keysIn(String(scope.importValue(name))))];
    },
  };
}

/** Whether a principal of a policy is the account itself, which leaves it to the account's own policies whom to allow. */
export function isOwnAccount(principal: string): boolean {
  return principal === ACCOUNT_ID || principal === arnOf('iam', 'root', { global: true });
}
