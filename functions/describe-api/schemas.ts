import * as z from 'zod';
// Whatever these files give a name to becomes a component.
import '../http/contract/answers.ts';
import '../http/contract/requests.ts';

/** A JSON Schema, which OpenAPI 3.1 takes as it is. */
export type Schema = Readonly<Record<string, unknown>>;

const addressOf = (name: string) => `#/components/schemas/${name}`;

/** All schemas of the contract that have a name, by that name. */
export function namedSchemas(): Record<string, Schema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: addressOf, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutIdentity(schema)]));
}

/** Stands for a schema that has a name. */
export function reference(schema: z.ZodType): Schema {
  const name = schema.meta()?.id;
  if (name === undefined) throw new Error('A schema without a name cannot be referred to.');
  return { $ref: addressOf(name) };
}

/**
 * A schema without a name.
 *
 * @param io whether it describes what is sent, or what is made of it
 */
export function inlineSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  return withoutIdentity(z.toJSONSchema(schema, { io, override: simplify }));
}

/** A format says it all; the pattern behind it fills half a screen. */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}

function withoutIdentity(schema: Schema): Schema {
  const { $schema, $id, ...rest } = schema;
  return rest;
}
