import type { PortClaim } from '../../tooling/ports.ts';
import { timed } from '../../tooling/timed.ts';
import { settleOrGiveUp } from '../../tooling/timing.ts';
import type { ProviderRegistry, ResourcePlace, ResourceProvider } from '../assembly/resource-provider.ts';
import type { ResourceDeclaration } from '../assembly/template.ts';
import type { ResourceProviders } from './provider.ts';
import { type Service, stopAll } from './service.ts';

/** The type that stands for custom resources of all types that have no provider of their own. */
const CUSTOM_RESOURCE = 'AWS::CloudFormation::CustomResource';

/** The services of a run, in rows: each row opens and starts after the one before and stops before it. */
export class Services implements ProviderRegistry {
  readonly #rows: readonly (readonly Service[])[];
  readonly #providers: ResourceProviders;

  constructor(rows: readonly (readonly Service[])[]) {
    this.#rows = rows;
    this.#providers = Object.assign({}, ...this.all.map(({ resources }) => resources));
  }

  get all(): Service[] {
    return this.#rows.flat();
  }

  providerOf(declaration: ResourceDeclaration, place?: ResourcePlace): ResourceProvider | undefined {
    const { Type } = declaration;
    const provider =
      this.#providers[Type] ?? (Type.startsWith('Custom::') ? this.#providers[CUSTOM_RESOURCE] : undefined);
    return typeof provider === 'function' ? provider(declaration, place) : provider;
  }

  /** The ports that they are going to listen on. */
  ports(): PortClaim[] {
    return this.all.flatMap((service) => service.ports?.() ?? []);
  }

  /** Starts what must run before any resource is created. @throws as {@link start} */
  async open(signal: AbortSignal): Promise<void> {
    for (const row of this.#rows) await step('open', row, signal);
  }

  /**
   * Starts what needs all resources.
   *
   * @throws the first failure, or the signal's reason when it is aborted; no further row starts then
   */
  async start(signal: AbortSignal): Promise<void> {
    for (const row of this.#rows) await step('start', row, signal);
  }

  /** Stops everything, whatever fails. */
  async stop(): Promise<void> {
    const stack = new AsyncDisposableStack();
    for (const row of this.#rows) stack.defer(() => stopAll(row));
    await stack.disposeAsync();
  }
}

/** Takes a step with a row of services. One that is given up first gets time to come to its end, so that `stop` finds what it started. */
async function step(name: 'open' | 'start', row: readonly Service[], ending: AbortSignal): Promise<void> {
  ending.throwIfAborted();
  const failure = new AbortController();
  const signal = AbortSignal.any([ending, failure.signal]);
  const steps = row.map((service) => timed(`${name} ${service.constructor.name}`, async () => service[name]?.()));
  for (const each of steps) each.catch((error: unknown) => failure.abort(error));
  await settleOrGiveUp(steps, signal);
  signal.throwIfAborted();
}
