import type { Principal } from './principals.ts';

export interface AccessRequest {
  readonly principal: Principal;
  /** `service:Operation`, such as `s3:PutObject`. */
  readonly action: string;
  /** The ARN that the action applies to; `*` for actions without a resource. */
  readonly resource: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** For the error message or the log. */
  readonly reason: string;
}

/**
 * Decides on each call to an AWS API. It does not evaluate the roles' policies: every known principal is allowed everything.
 */
export class Authorizer {
  authorize({ principal }: AccessRequest): Decision {
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
