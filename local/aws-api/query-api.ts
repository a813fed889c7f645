import type { AwsApi } from './api-call.ts';
import { type ApiNames, type Operation, parametersOf, unknownOperation } from './operation.ts';
import { escapeXml, queryXml } from './protocols.ts';

/** What becomes XML: text, a list of `member` elements, or elements by name; what is undefined is left out. */
export type QueryResult = string | readonly QueryResult[] | { readonly [name: string]: QueryResult | undefined };

export interface QueryApiOptions extends ApiNames {
  readonly signingName: string;
  /** The XML namespace of responses, which ends in the version of the API. */
  readonly namespace: string;
  /** By name: returns what stands within `<name>Result`, or undefined for an operation without a result. */
  readonly operations: Readonly<Record<string, Operation<QueryResult | undefined | Promise<QueryResult | undefined>>>>;
}

/** An API whose calls are forms with an `Action`, and whose responses are XML. */
export function queryApi({ signingName, namespace, operations, ...names }: QueryApiOptions): AwsApi {
  return {
    signingName,
    protocol: queryXml,
    operations: parametersOf(operations),
    handle: async (call) => {
      const form = Object.fromEntries(new URLSearchParams(call.body.toString('utf8')));
      const { Action: operation = '', Version: _, ...input } = form;
      const known = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!known) throw unknownOperation(names.name, operation, operations);
      const result = await known.run(input, call, { ...names, operation });
      const body = result === undefined ? '' : elements({ [`${operation}Result`]: result });
      return { body: `<${operation}Response xmlns="${namespace}">${body}</${operation}Response>` };
    },
  };
}

function elements(result: QueryResult): string {
  if (typeof result === 'string') return escapeXml(result);
  const named = isList(result) ? result.map((item) => ['member', item] as const) : Object.entries(result);
  return named.map(([name, value]) => (value === undefined ? '' : `<${name}>${elements(value)}</${name}>`)).join('');
}

function isList(result: Exclude<QueryResult, string>): result is readonly QueryResult[] {
  return Array.isArray(result);
}
