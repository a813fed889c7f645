import { default as Ajv } from 'ajv-draft-04';

/** A JSON schema, draft 4. */
export type Schema = Readonly<Record<string, unknown>>;

/** Those that every API has. https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html */
const BUILT_IN: readonly (readonly [name: string, schema: Schema])[] = [
  ['Empty', { type: 'object' }],
  ['Error', { type: 'object', properties: { message: { type: 'string' } } }],
];

/** The models of a REST API, which may refer to each other by their addresses. */
export class BodyModels {
  readonly #ajv = new Ajv.default({ strict: false, logger: false });
  readonly #apiId: string;

  /** @throws Error for a schema that is none, or that refers to a model that is not there */
  constructor(apiId: string, models: ReadonlyMap<string, Schema>) {
    this.#apiId = apiId;
    const all = new Map([...BUILT_IN, ...models]);
    for (const [name, schema] of all) this.#ajv.addSchema(schema, this.#addressOf(name));
    for (const name of all.keys()) this.#validatorOf(name);
  }

  /** Whether a text is JSON that a model allows. An empty body counts as `{}`. */
  allows(name: string, body: string): boolean {
    try {
      return Boolean(this.#validatorOf(name)(JSON.parse(body || '{}')));
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }

  #validatorOf(name: string) {
    const validator = this.#ajv.getSchema(this.#addressOf(name));
    if (!validator) throw new Error(`the REST API ${this.#apiId} has no model ${name}`);
    return validator;
  }

  #addressOf(name: string): string {
    return `https://apigateway.amazonaws.com/restapis/${this.#apiId}/models/${name}`;
  }
}
