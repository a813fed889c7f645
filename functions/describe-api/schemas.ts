import * as z from 'zod';

/** A JSON Schema, which OpenAPI 3.1 takes as it is. */
export type Schema = Readonly<Record<string, unknown>>;

const referenceTo = (name: string) => `#/components/schemas/${name}`;

/** All schemas of the contract that have a name, by that name. */
export function namedSchemas(): Record<string, Schema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: referenceTo, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutIdentity(schema)]));
}

/** A reference to a named schema, or an unnamed schema. @param io what is sent, or what that is read into */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Schema {
  const name = schema.meta()?.id;
  if (name !== undefined) return { $ref: referenceTo(name) };
  return withoutIdentity(z.toJSONSchema(schema, { io, override: simplify }));
}

/** A format says enough; its pattern fills half a screen. */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}

function withoutIdentity(schema: Schema): Schema {
  const { $schema, $id, ...rest } = schema;
  return rest;
}
