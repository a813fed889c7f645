import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { timed } from '../../tooling/timed.ts';
import { settleOrGiveUp } from '../../tooling/timing.ts';
import { resolveDynamicReferences, type SecretReader } from './dynamic-references.ts';
import { buildGraph, describeNode, type ResourceNode } from './graph.ts';
import { resolve } from './intrinsics.ts';
import { knownValues } from './known-values.ts';
import { type Change, changedPaths } from './resource-change.ts';
import type { ProviderRegistry, ResourceProvider, RunProvider } from './resource-provider.ts';
import { ExportTable, type ResourceResult, StackScope } from './stack-scope.ts';
import type { Stack } from './template.ts';

export interface DeployOptions {
  readonly log: Log;
  /** Aborted when the deployment is to end early. */
  readonly signal: AbortSignal;
  readonly readSecret: SecretReader;
}

/** A resource as it runs. */
interface Deployed {
  readonly node: ResourceNode;
  readonly provider: RunProvider;
  /** Without intrinsic functions; dynamic references stand as they are, since a secret's value is nothing that a template changes. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly result: ResourceResult;
}

/** One time that templates are applied. */
interface Round {
  readonly changes: Change[];
  readonly later: boolean;
}

/** What becomes of the templates' resources in a run: they are created once, and changed when the templates are other ones. */
export class Deployment {
  readonly #registry: ProviderRegistry;
  readonly #options: Pick<DeployOptions, 'log' | 'readSecret'>;
  /** By stack and logical id, in the order in which they came to be. */
  readonly #deployed = new Map<string, Deployed>();

  constructor(registry: ProviderRegistry, options: Pick<DeployOptions, 'log' | 'readSecret'>) {
    this.#registry = registry;
    this.#options = options;
  }

  /**
   * Makes the resources what the templates say: creates each as soon as those exist that it depends on, changes those that differ, and removes
   * those that are gone, in reverse order.
   *
   * When one fails, no further one is begun, those under way get a few seconds to finish, and the failure is thrown: their services can then
   * stop what they started. What was done stays, and the next time begins there.
   *
   * @param round.changes takes what is done, as it is done
   * @param round.later whether to do what otherwise waits until a person asks for it
   * @throws UserError that names stack, logical id and type; unknown types, cycles and what cannot run are found before anything begins
   */
  async apply(
    stacks: readonly Stack[],
    signal: AbortSignal,
    round: Round = { changes: [], later: true },
  ): Promise<void> {
    const nodes = this.#nodesOf(stacks);
    const providers = providersOf(nodes, this.#registry);
    const failure = new AbortController();
    const ending = AbortSignal.any([signal, failure.signal]);
    const visits = new Map<ResourceNode, Promise<void>>();
    const visit = (node: ResourceNode): Promise<void> => {
      const known = visits.get(node);
      if (known) return known;
      const begun = visitAfterDependencies(node);
      visits.set(node, begun);
      return begun;
    };
    const visitAfterDependencies = async (node: ResourceNode) => {
      await Promise.all([...node.dependencies].map(visit));
      ending.throwIfAborted();
      try {
        const result = await this.#settle(node, providers.get(node) as ResourceProvider, ending, round);
        node.scope.created(node.logicalId, result);
      } catch (error) {
        failure.abort(this.#failureOf(node, error));
        throw error;
      }
    };
    await settleOrGiveUp(nodes.map(visit), ending);
    ending.throwIfAborted();
    await this.#removeOthers(nodes, round);
  }

  /** Looks at templates without applying them. @throws UserError for what {@link apply} finds before anything begins */
  check(stacks: readonly Stack[]): void {
    providersOf(this.#nodesOf(stacks), this.#registry);
  }

  #nodesOf(stacks: readonly Stack[]): ResourceNode[] {
    const exports = new ExportTable();
    const scopes = stacks.map((stack) => new StackScope(stack, exports));
    return buildGraph(scopes, exports);
  }

  async #settle(
    node: ResourceNode,
    provider: ResourceProvider,
    signal: AbortSignal,
    round: Round,
  ): Promise<ResourceResult> {
    const { scope, logicalId, declaration } = node;
    const request = { stack: scope.stack, logicalId, declaration, properties: {}, signal, former: undefined };
    if (provider.kind === 'ignored') return provider.identify(request);
    const properties = resolve(declaration.Properties ?? {}, scope) as Record<string, unknown>;
    const known = this.#deployed.get(keyOf(node));
    // Another type under the same name is another resource.
    const former = known?.node.declaration.Type === declaration.Type ? known : undefined;
    const differing = former ? changedPaths(former.properties, properties) : [];
    // What nothing reads here changes nothing.
    const paths =
      (differing.length > 0 && provider.readPaths?.(differing, [former?.properties, properties])) || differing;
    if (former && !this.#isDue(former, node, paths, round)) return former.result;
    const startedAt = performance.now();
    const { log, readSecret } = this.#options;
    const resolved = (await resolveDynamicReferences(properties, readSecret)) as Record<string, unknown>;
    const creation = { ...request, properties: resolved, former: former?.result };
    const result = await timed(describeNode(node), async () => provider.create(creation));
    this.#deployed.set(keyOf(node), { node, provider, properties, result });
    await known?.result.remove?.();
    const done = former ? 'changed' : 'created';
    log.debug('%s %s in %d ms', describeNode(node), done, Math.round(performance.now() - startedAt));
    if (provider.quiet !== true) round.changes.push({ kind: former ? 'changed' : 'added', node, paths });
    return result;
  }

  /** Whether a resource is to be changed now; what is not is noted. */
  #isDue({ node, provider }: Deployed, next: ResourceNode, paths: readonly string[], round: Round): boolean {
    // A custom resource is also about what stands behind its function: a reference to another version leads to the same one here.
    const isNew =
      provider.update === 'later' && !isDeepStrictEqual(node.declaration.Properties, next.declaration.Properties);
    if (paths.length === 0 && !isNew) return false;
    if (provider.update === 'again' || (provider.update === 'later' && round.later)) return true;
    round.changes.push({ kind: provider.update ?? 'start', node: next, paths });
    return false;
  }

  async #removeOthers(nodes: readonly ResourceNode[], round: Round): Promise<void> {
    const keys = new Set(nodes.map(keyOf));
    for (const [key, { node, provider, result }] of [...this.#deployed].reverse()) {
      if (keys.has(key)) continue;
      try {
        await result.remove?.();
      } catch (error) {
        throw this.#failureOf(node, error);
      }
      this.#deployed.delete(key);
      if (provider.quiet !== true) round.changes.push({ kind: 'removed', node, paths: [] });
    }
  }

  #failureOf(node: ResourceNode, error: unknown): UserError {
    this.#options.log.debug('%s failed: %o', describeNode(node), error);
    return new UserError(`${describeNode(node)}: ${(error as Error).message}`, { cause: error });
  }
}

/** Creates the resources of all stacks, for one time. @throws as {@link Deployment.apply} */
export async function deploy(
  stacks: readonly Stack[],
  registry: ProviderRegistry,
  { signal, ...options }: DeployOptions,
): Promise<void> {
  await new Deployment(registry, options).apply(stacks, signal);
}

function keyOf({ scope, logicalId }: ResourceNode): string {
  return `${scope.stack.name}/${logicalId}`;
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
