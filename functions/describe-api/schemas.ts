import * as z from 'zod';

/** A JSON Schema, which OpenAPI 3.1 takes as it is. */
export type Schema = Readonly<Record<string, unknown>>;

const referenceTo = (name: string) => `#/components/schemas/${name}`;

/** All named schemas of the contract, by name. */
export function namedSchemas(): Record<string, Schema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: referenceTo, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutIdentity(schema)]));
}

/**
 * A reference to a schema that has a name, otherwise the schema itself.
 *
 * @param io whether it describes what is sent, or what that is read into
 */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Schema {
  const name = schema.meta()?.id;
  if (name !== undefined) return { $ref: referenceTo(name) };
  return withoutIdentity(z.toJSONSchema(schema, { io, override: simplify }));
}

/** A format says enough; the pattern behind it fills half a screen. */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}

function withoutIdentity(schema: Schema): Schema {
  const { $schema, $id, ...rest } = schema;
  return rest;
}
