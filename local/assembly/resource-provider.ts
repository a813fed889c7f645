import type { ResourceResult } from './stack-scope.ts';
import type { ResourceDeclaration, Stack } from './template.ts';

/** A resource whose turn it is: everything it refers to exists. */
export interface ResourceRequest {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly declaration: ResourceDeclaration;
  /** The declared properties without intrinsic functions and dynamic references; empty for an ignored resource. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Aborted when another resource failed or the run is to end; waits must end then. */
  readonly signal: AbortSignal;
  /** What the resource was, where it is created again with other properties. */
  readonly former?: ResourceResult | undefined;
}

/** What the local runner does with resources of one type. */
export type ResourceProvider = RunProvider | IgnoredProvider;

interface Checked {
  /** Why it cannot run, or be left out, by its properties as far as they are known before anything is created: a line for each reason. */
  problems?(known: unknown): readonly string[];
}

export interface RunProvider extends Checked {
  readonly kind: 'run';
  readonly how: string;
  /**
   * What becomes of a resource whose template changes while it runs. `again`: it is created again, which takes the place of what it was, and
   * what is left of that is removed. `later`: the same, but only when a person asks for it. Otherwise it needs a new start.
   */
  readonly update?: 'again' | 'later' | undefined;
  /** Whether people need not hear of its changes, since others say the same. */
  readonly quiet?: boolean | undefined;
  /** The declared properties, by their paths, that have no effect here. */
  passedOver?(known: unknown): readonly string[];
  /** Those of the paths of its properties that something reads here. @param versions the properties before and after */
  readPaths?(paths: readonly string[], versions: readonly unknown[]): readonly string[];
  create(request: ResourceRequest): Promise<ResourceResult>;
}

export interface IgnoredProvider extends Checked {
  readonly kind: 'ignored';
  readonly reason: string;
  /** Values for those that refer to the resource. */
  identify(request: ResourceRequest): ResourceResult;
}

/** Where a resource is declared. */
export type ResourcePlace = Pick<ResourceRequest, 'stack' | 'logicalId'>;

export interface ProviderRegistry {
  /** undefined for a resource that the runner does not know */
  providerOf(declaration: ResourceDeclaration, place?: ResourcePlace): ResourceProvider | undefined;
}
