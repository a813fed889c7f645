import { z } from 'zod';
import type { ResourcePlace, ResourceProvider, ResourceRequest, RunProvider } from '../assembly/resource-provider.ts';
import type { ResourceResult } from '../assembly/stack-scope.ts';
import { describeResource, type ResourceDeclaration } from '../assembly/template.ts';
import { arnOf } from '../aws-identity.ts';
import { physicalId } from './physical-names.ts';
import { passedOver, problemsOf, readPaths } from './property-check.ts';

/** By CloudFormation type: the provider, or how to choose one where it depends on the declaration. */
export type ResourceProviders = Readonly<
  Record<string, ResourceProvider | ((declaration: ResourceDeclaration, place?: ResourcePlace) => ResourceProvider)>
>;

/**
 * A resource that the runner creates.
 *
 * @param how what it becomes here, for `--explain`
 * @param schema the properties that matter here; the others are passed over, and `--explain` names them
 * @param changes what becomes of it when its template changes while it runs; by default it needs a new start
 */
export function provider<Schema extends z.ZodType>(
  how: string,
  schema: Schema,
  create: (properties: z.output<Schema>, request: ResourceRequest) => ResourceResult | Promise<ResourceResult>,
  changes: Pick<RunProvider, 'update' | 'quiet'> = {},
): ResourceProvider {
  return {
    kind: 'run',
    how,
    ...changes,
    problems: (known) => problemsOf(schema, known),
    passedOver: (known) => passedOver(schema, known),
    readPaths: (paths, versions) => readPaths(schema, paths, versions),
    create: async (request) => {
      const properties = schema.safeParse(request.properties);
      if (properties.success) return create(properties.data, request);
      throw new Error(`its properties do not fit the local runner:\n${z.prettifyError(properties.error)}`);
    },
  };
}

/**
 * A resource that needs nothing here. Those that refer to it get made-up values, the same in each run.
 *
 * @param schema what its properties must be for that
 */
export function ignored(reason: string, schema: z.ZodType = z.unknown()): ResourceProvider {
  return {
    kind: 'ignored',
    reason,
    problems: (known) => problemsOf(schema, known),
    identify: (request) => {
      const [, service = '', kind = ''] = request.declaration.Type.toLowerCase().split('::');
      const id = physicalId(kind, request);
      return {
        ref: id,
        attribute: (name) => {
          if (name.endsWith('Arn')) return arnOf(service, `${kind}/${id}`);
          return name.endsWith('Id') ? id : `${id}-${name}`;
        },
      };
    },
  };
}

/** A resource that cannot run here, whatever its properties. */
export function refused(problem: string): ResourceProvider {
  return {
    kind: 'run',
    how: 'nothing',
    problems: () => [problem],
    create: () => Promise.reject(new Error(problem)),
  };
}

/** The other resources of its stack that refer to a resource, of the types that count: as errors name them. */
export function referrers({ stack, logicalId }: ResourcePlace, types: RegExp): string[] {
  return Object.entries(stack.template.Resources)
    .filter(
      ([, { Type, Properties }]) => types.test(Type) && JSON.stringify(Properties ?? {}).includes(`"${logicalId}"`),
    )
    .map(([id]) => describeResource(stack, id));
}

/** For a resource that is no more than what it declares: another declaration takes the place of the former one. */
export const REPLACED = { update: 'again' } as const;

/** The result of a resource whose attributes are known. @param remove takes away what it has brought */
export function created(
  ref: string,
  attributes: Readonly<Record<string, unknown>> = {},
  remove?: () => unknown,
): ResourceResult {
  return { ref, attribute: (name) => attributes[name], ...(remove && { remove: async () => void (await remove()) }) };
}

/** CloudFormation takes booleans as text, too. */
export const boolean = z.stringbool().or(z.boolean());

/** A property that would change how the resource behaves, which must not pass unnoticed. */
export const notSupported = z.undefined({ error: 'is not supported by the local runner' }).optional();

/** A switch that would change it just so. */
export const mustBeOff = boolean.optional().refine((on) => on !== true, 'is not supported by the local runner');

/** A text that a function reads. What that throws is what the person is told. */
export function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });
}

/** A map of strings, empty when left out. */
export const texts = z.record(z.string(), z.string()).default({});
