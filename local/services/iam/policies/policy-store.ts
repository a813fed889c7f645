import { z } from 'zod';
import { register } from '../../register.ts';
import type { PolicyDocument } from './policy-document.ts';
import { type CompiledStatement, compilePolicy, type PolicyKind } from './statement.ts';

interface Policy {
  readonly document: PolicyDocument;
  readonly statements: readonly CompiledStatement[];
}

/** Told the name of a role whose policies have changed; its work is part of the change. */
export type RoleListener = (roleName: string) => Promise<void>;

/** The policies of roles and of resources. */
export class PolicyStore {
  /** By role, then by the policy's name: inline ones by their own, managed ones by ARN. */
  readonly #roles = new Map<string, Map<string, Policy>>();
  /** By role. */
  readonly #boundaries = new Map<string, Policy & { readonly policyArn: string }>();
  /** By the ARN of the resource, then by the policy's name. */
  readonly #resources = new Map<string, Map<string, Policy>>();
  /** By the id of a VPC endpoint: what may pass through it. */
  readonly #endpoints = new Map<string, Policy>();
  readonly #listeners: RoleListener[] = [];

  /** Calls back after each later change of a role's policies, before whoever makes it goes on. */
  onRoleChange(listener: RoleListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Adds or replaces a policy of a role.
   *
   * @returns takes it away again, unless another one has taken its place
   * @throws Error for a document that cannot be decided on
   */
  async putRolePolicy(roleName: string, policyName: string, document: unknown): Promise<() => Promise<void>> {
    const policy = compiled(document, 'identity', `the policy ${policyName}`);
    const remove = register(this.#documents(roleName), policyName, policy);
    await this.#changed(roleName);
    return async () => {
      if (remove()) await this.#changed(roleName);
    };
  }

  /** Gives all roles that have a managed policy its new document. @throws as {@link putRolePolicy} */
  async replaceManagedPolicy(policyArn: string, document: unknown): Promise<void> {
    const policy = compiled(document, 'identity', `the policy ${policyArn}`);
    for (const [roleName, boundary] of this.#boundaries)
      if (boundary.policyArn === policyArn) this.#boundaries.set(roleName, { policyArn, ...policy });
    for (const [roleName, documents] of this.#roles) {
      if (!documents.has(policyArn)) continue;
      documents.set(policyArn, policy);
      await this.#changed(roleName);
    }
  }

  /** @returns whether there was one */
  async deleteRolePolicy(roleName: string, policyName: string): Promise<boolean> {
    const existed = this.#documents(roleName).delete(policyName);
    await this.#changed(roleName);
    return existed;
  }

  /** What a role may do at most, whatever its policies say. @returns and throws as {@link putRolePolicy} */
  setBoundary(roleName: string, policyArn: string, document: unknown): () => void {
    const policy = compiled(document, 'identity', `the boundary ${policyArn}`);
    return register(this.#boundaries, roleName, { policyArn, ...policy });
  }

  /** Adds or replaces a policy of a resource. @returns and throws as {@link putRolePolicy} */
  putResourcePolicy(arn: string, policyName: string, document: unknown): () => void {
    const policies = this.#resources.get(arn) ?? new Map<string, Policy>();
    const policy = compiled(document, 'resource', `the ${policyName} of ${arn}`);
    this.#resources.set(arn, policies);
    return register(policies, policyName, policy);
  }

  /** Says what may pass through a VPC endpoint. @returns and throws as {@link putRolePolicy} */
  setEndpointPolicy(endpointId: string, document: unknown): () => void {
    return register(this.#endpoints, endpointId, compiled(document, 'resource', `the policy of ${endpointId}`));
  }

  /** The documents of a role by name. */
  rolePolicies(roleName: string): ReadonlyMap<string, PolicyDocument> {
    return new Map([...this.#documents(roleName)].map(([name, { document }]) => [name, document]));
  }

  /** The document of a policy of a resource; undefined when it has no such policy. */
  resourcePolicy(arn: string, policyName: string): PolicyDocument | undefined {
    return this.#resources.get(arn)?.get(policyName)?.document;
  }

  statementsOfRole(roleName: string): readonly CompiledStatement[] {
    return [...(this.#roles.get(roleName)?.values() ?? [])].flatMap(({ statements }) => statements);
  }

  /** Undefined for a role without a boundary. */
  boundaryOf(roleName: string): readonly CompiledStatement[] | undefined {
    return this.#boundaries.get(roleName)?.statements;
  }

  /** What the resource's own policies say; those of a bucket are also about its objects. */
  statementsOfResource(arn: string): readonly CompiledStatement[] {
    const owner = arn.includes(':s3:::') ? arn.replace(/\/.*$/s, '') : arn;
    return [...(this.#resources.get(owner)?.values() ?? [])].flatMap(({ statements }) => statements);
  }

  /** Undefined for a VPC endpoint without a policy, which lets everything pass. */
  statementsOfEndpoint(endpointId: string): readonly CompiledStatement[] | undefined {
    return this.#endpoints.get(endpointId)?.statements;
  }

  #documents(roleName: string): Map<string, Policy> {
    const documents = this.#roles.get(roleName) ?? new Map<string, Policy>();
    this.#roles.set(roleName, documents);
    return documents;
  }

  async #changed(roleName: string): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener(roleName)));
  }
}

function compiled(document: unknown, kind: PolicyKind, policyName: string): Policy {
  try {
    return { document: document as PolicyDocument, statements: compilePolicy(document, kind, policyName) };
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`its policy cannot be decided on: ${reason}`, { cause });
  }
}
