import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { synthesizeApp } from '../synthesize.ts';

export type Part = 'Network' | 'Alerts' | 'Shards' | 'Stream' | 'Orders' | 'Consumer' | 'Frontend' | 'Observability';

const KNOWN = new Map<string, Record<Part, Template>>();

/**
 * The templates that a context gives, by stack; see `synthesizeApp` for what is left out. Whoever asks for the same context
 * again gets the same templates, so they must be left as they are.
 */
export function templatesOf(context: Readonly<Record<string, unknown>>): Record<Part, Template> {
  const key = JSON.stringify(context);
  const templates = KNOWN.get(key) ?? synthesize(context);
  KNOWN.set(key, templates);
  return templates;
}

function synthesize(context: Readonly<Record<string, unknown>>): Record<Part, Template> {
  const stacks = synthesizeApp(context).node.children.filter((child) => Stack.isStack(child));
  return Object.fromEntries(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)])) as Record<
    Part,
    Template
  >;
}
