import type { Log } from '../../tooling/log.ts';
import type { SecretReader } from './dynamic-references.ts';
import type { ResourceResult } from './stack-scope.ts';
import type { ResourceDeclaration, Stack } from './template.ts';

/** What every deployment needs; what the resources' handlers need comes on top. */
export interface DeployContext {
  readonly log: Log;
  /** Aborted when the deployment is to end early. */
  readonly signal: AbortSignal;
  readonly readSecret: SecretReader;
}

/** A resource whose turn it is: all that it refers to exists. */
export interface ResourceRequest<Context> {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly declaration: ResourceDeclaration;
  /** The declared properties without intrinsic functions and dynamic references; empty for an ignored resource. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly context: Context;
  /** Aborted when another resource failed or the run is to end; waits must end then. */
  readonly signal: AbortSignal;
}

/** What the local runner does with a resource. */
export type ResourceProvider<Context> =
  | { readonly kind: 'run'; readonly how: string; create(request: ResourceRequest<Context>): Promise<ResourceResult> }
  | {
      readonly kind: 'ignored';
      readonly reason: string;
      /** Values for those that refer to the resource. */
      identify(request: ResourceRequest<Context>): ResourceResult;
    };

export interface ProviderRegistry<Context> {
  /** undefined for a resource that the runner does not know */
  providerOf(declaration: ResourceDeclaration): ResourceProvider<Context> | undefined;
}
