import type { Principal } from '../iam/principals.ts';

/** A policy document as its template has it, with every reference resolved. */
export interface PolicyDocument {
  readonly Version?: string | undefined;
  readonly Statement: unknown;
}

/** The roles of the templates, and the policies that are attached to them. */
export class PolicyStore {
  readonly #documents = new Map<string, PolicyDocument[]>();
  readonly #managedPolicies = new Map<string, PolicyDocument>();
  readonly #attachedArns = new Map<string, string[]>();

  /** Attaches inline policies to a role. */
  attach(roleName: string, ...documents: readonly PolicyDocument[]): void {
    this.#documents.set(roleName, [...(this.#documents.get(roleName) ?? []), ...documents]);
  }

  /** Attaches managed policies to a role; those of AWS itself have no document here. */
  attachManaged(roleName: string, ...policyArns: readonly string[]): void {
    this.#attachedArns.set(roleName, [...(this.#attachedArns.get(roleName) ?? []), ...policyArns]);
  }

  defineManaged(policyArn: string, document: PolicyDocument): void {
    this.#managedPolicies.set(policyArn, document);
  }

  /** All that a role is granted by documents of the templates, and the ARNs of its managed policies that have none. */
  policiesOf(role: Principal): { documents: readonly PolicyDocument[]; awsManagedPolicyArns: readonly string[] } {
    const arns = this.#attachedArns.get(role.name) ?? [];
    const managed = arns.map((arn) => this.#managedPolicies.get(arn)).filter((document) => document !== undefined);
    return {
      documents: [...(this.#documents.get(role.name) ?? []), ...managed],
      awsManagedPolicyArns: arns.filter((arn) => !this.#managedPolicies.has(arn)),
    };
  }
}
