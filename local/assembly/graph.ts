import { UserError } from '../../tooling/errors.ts';
import { referencesOf } from './references.ts';
import type { ExportTable, StackScope } from './stack-scope.ts';
import { describeResource, type ResourceDeclaration, type TemplateValue } from './template.ts';

export interface ResourceNode {
  readonly scope: StackScope;
  readonly logicalId: string;
  readonly declaration: ResourceDeclaration;
  readonly dependencies: Set<ResourceNode>;
}

/**
 * Orders the resources of all stacks by `DependsOn`, references and imports. Dependencies between stacks alone order nothing.
 *
 * @returns the resources whose conditions hold
 * @throws UserError for a circular dependency, or for one that does not exist
 */
export function buildGraph(scopes: readonly StackScope[], exports: ExportTable): ResourceNode[] {
  const byScope = new Map<StackScope, Map<string, ResourceNode>>();
  for (const scope of scopes) byScope.set(scope, presentResources(scope));

  const addReferences = (node: ResourceNode, value: TemplateValue | undefined, scope: StackScope) => {
    const { names, imports } = referencesOf(value, scope);
    for (const name of names) {
      const dependency = byScope.get(scope)?.get(name);
      if (dependency) node.dependencies.add(dependency);
    }
    for (const name of imports) {
      const output = exports.find(name);
      addReferences(node, output.value, output.scope);
    }
  };
  const nodes = [...byScope.values()].flatMap((resources) => [...resources.values()]);
  for (const node of nodes) {
    try {
      addReferences(node, node.declaration.Properties, node.scope);
      for (const name of [node.declaration.DependsOn ?? []].flat()) {
        // As CloudFormation does, this ignores a dependency whose condition is false.
        const dependency = byScope.get(node.scope)?.get(name);
        if (dependency) node.dependencies.add(dependency);
        else if (!node.scope.stack.template.Resources[name])
          throw new Error(`DependsOn names ${name}, which does not exist`);
      }
    } catch (error) {
      throw new UserError(`${describeNode(node)}: ${(error as Error).message}`, { cause: error });
    }
  }
  refuseCycles(nodes);
  return nodes;
}

/** How a resource is named in errors and in the log: `Stack/LogicalId (Type)`. */
export function describeNode(node: ResourceNode): string {
  return describeResource(node.scope.stack, node.logicalId);
}

function presentResources(scope: StackScope): Map<string, ResourceNode> {
  return new Map(
    Object.entries(scope.stack.template.Resources)
      .filter(([, declaration]) => scope.isPresent(declaration))
      .map(([logicalId, declaration]) => [logicalId, { scope, logicalId, declaration, dependencies: new Set() }]),
  );
}

function refuseCycles(nodes: readonly ResourceNode[]): void {
  const finished = new Set<ResourceNode>();
  const visit = (node: ResourceNode, path: readonly ResourceNode[]) => {
    if (finished.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) {
      const cycle = [...path.slice(start), node].map(describeNode);
      throw new UserError(`There is a circular dependency: ${cycle.join(' -> ')}. Remove one of the references.`);
    }
    for (const dependency of node.dependencies) visit(dependency, [...path, node]);
    finished.add(node);
  };
  for (const node of nodes) visit(node, []);
}
