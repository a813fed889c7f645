import type { Principal } from '../../aws-api/api-call.ts';

export interface AccessRequest {
  readonly principal: Principal;
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Decides on each call to an AWS API. It allows every known principal everything: policies are not evaluated yet. */
export class PolicyEvaluator {
  evaluate({ principal }: AccessRequest): Decision {
    return { allowed: true, reason: `policies are not evaluated; ${principal.name} is a known principal` };
  }
}

/** A policy document as its template has it, with every reference resolved. */
export interface PolicyDocument {
  readonly Version?: string | undefined;
  readonly Statement: unknown;
}

/** The policies that the templates attach to each role, without AWS's managed ones. */
export class PolicyStore {
  readonly #byRole = new Map<string, PolicyDocument[]>();

  attach(roleName: string, ...documents: readonly PolicyDocument[]): void {
    this.#byRole.set(roleName, [...this.documentsOf(roleName), ...documents]);
  }

  documentsOf(roleName: string): readonly PolicyDocument[] {
    return this.#byRole.get(roleName) ?? [];
  }
}
