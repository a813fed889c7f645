import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { timed } from '../../tooling/timed.ts';
import { settleOrGiveUp } from '../../tooling/timing.ts';
import { resolveDynamicReferences, type SecretReader } from './dynamic-references.ts';
import { buildGraph, describeNode, type ResourceNode } from './graph.ts';
import { resolve } from './intrinsics.ts';
import { knownValues } from './known-values.ts';
import type { ProviderRegistry, ResourceProvider, ResourceRequest } from './resource-provider.ts';
import { ExportTable, type ResourceResult, StackScope } from './stack-scope.ts';
import type { Stack } from './template.ts';

export interface DeployOptions {
  readonly log: Log;
  /** Aborted when the deployment is to end early. */
  readonly signal: AbortSignal;
  readonly readSecret: SecretReader;
}

/**
 * Creates the resources of all stacks, each as soon as those exist that it depends on.
 *
 * When one fails, no further one is begun, those under way get a few seconds to finish, and the failure is thrown: their
 * services can then stop what they started.
 *
 * @throws UserError that names stack, logical id and type; unknown types and cycles are found before anything starts
 */
export async function deploy(
  stacks: readonly Stack[],
  registry: ProviderRegistry,
  options: DeployOptions,
): Promise<void> {
  const exports = new ExportTable();
  const scopes = stacks.map((stack) => new StackScope(stack, exports));
  const nodes = buildGraph(scopes, exports);
  const providers = providersOf(nodes, registry);

  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const creations = new Map<ResourceNode, Promise<void>>();
  const create = (node: ResourceNode): Promise<void> => {
    const known = creations.get(node);
    if (known) return known;
    const creation = createAfterDependencies(node);
    creations.set(node, creation);
    return creation;
  };
  const createAfterDependencies = async (node: ResourceNode) => {
    await Promise.all([...node.dependencies].map(create));
    signal.throwIfAborted();
    try {
      const result = await createResource(node, providers.get(node) as ResourceProvider, { ...options, signal });
      node.scope.created(node.logicalId, result);
    } catch (error) {
      options.log.debug('%s failed: %o', describeNode(node), error);
      failure.abort(new UserError(`${describeNode(node)}: ${(error as Error).message}`, { cause: error }));
      throw error;
    }
  };
  await settleOrGiveUp(nodes.map(create), signal);
  signal.throwIfAborted();
}

function providersOf(nodes: readonly ResourceNode[], registry: ProviderRegistry) {
  const providers = new Map(
    nodes.map((node) => [node, registry.providerOf(node.declaration, { stack: node.scope.stack, ...node })]),
  );
  const problems = nodes.flatMap((node) =>
    problemsOf(node, providers.get(node)).map((why) => `  ${nameOf(node)}: ${why}`),
  );
  if (problems.length > 0) {
    throw new UserError(
      `The local runner cannot run these resources as they are:\n${problems.join('\n')}\n` +
        'Change them, leave them out of the local run, or teach the runner: see "Add a resource type" in local/README.md.',
    );
  }
  return providers;
}

function problemsOf({ declaration, scope }: ResourceNode, provider: ResourceProvider | undefined): readonly string[] {
  if (!provider) return ['its type is not supported'];
  return provider.problems?.(knownValues(declaration.Properties ?? {}, scope)) ?? [];
}

/** With its place in the CDK app, where that is known. */
function nameOf(node: ResourceNode): string {
  const path = node.declaration.Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? `${describeNode(node)} at ${path}` : describeNode(node);
}

async function createResource(
  node: ResourceNode,
  provider: ResourceProvider,
  { log, signal, readSecret }: DeployOptions,
): Promise<ResourceResult> {
  const { scope, logicalId, declaration } = node;
  const request: ResourceRequest = { stack: scope.stack, logicalId, declaration, properties: {}, signal };
  if (provider.kind === 'ignored') return provider.identify(request);

  const startedAt = performance.now();
  const resolved = await resolveDynamicReferences(resolve(declaration.Properties ?? {}, scope), readSecret);
  const properties = resolved as Record<string, unknown>;
  const result = await timed(describeNode(node), async () => provider.create({ ...request, properties }));
  log.debug('%s created in %d ms', describeNode(node), Math.round(performance.now() - startedAt));
  return result;
}
