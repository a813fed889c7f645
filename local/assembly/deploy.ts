import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { settleOrGiveUp } from '../../tooling/timing.ts';
import { resolveDynamicReferences, type SecretReader } from './dynamic-references.ts';
import { buildGraph, describeNode, type ResourceNode } from './graph.ts';
import { resolve } from './intrinsics.ts';
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
  const providers = new Map(nodes.map((node) => [node, registry.providerOf(node.declaration)]));
  const unknown = nodes.filter((node) => !providers.get(node)).map(describeNode);
  if (unknown.length > 0) {
    throw new UserError(
      `The local runner does not support these resources: ${unknown.join(', ')}. ` +
        'Add a provider for the type, or ignore it with a reason: see "Add a resource type" in local/README.md.',
    );
  }
  return providers;
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
  const result = await provider.create({ ...request, properties: resolved as Record<string, unknown> });
  log.debug('%s created in %d ms', describeNode(node), Math.round(performance.now() - startedAt));
  return result;
}
