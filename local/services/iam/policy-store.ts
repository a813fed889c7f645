/** A policy document as its template has it, with every reference resolved. */
export interface PolicyDocument {
  readonly Version?: string | undefined;
  readonly Statement: unknown;
}

/** What the templates grant to each role. The policies of AWS itself have no document here. */
export class PolicyStore {
  readonly #byRole = new Map<string, PolicyDocument[]>();

  /** Adds policies to a role. */
  attach(roleName: string, ...documents: readonly PolicyDocument[]): void {
    this.#byRole.set(roleName, [...this.documentsOf(roleName), ...documents]);
  }

  /** All policies of a role. */
  documentsOf(roleName: string): readonly PolicyDocument[] {
    return this.#byRole.get(roleName) ?? [];
  }
}
