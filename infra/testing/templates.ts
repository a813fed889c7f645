import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { synthesizeApp } from '../synthesize.ts';
import { STAGE_CONTEXTS } from './stage-contexts.ts';

export type Part = 'Network' | 'Alerts' | 'Shards' | 'Stream' | 'Orders' | 'Consumer' | 'Frontend' | 'Observability';

/** `prod` with what it demands. */
export const PROD_CONTEXT = STAGE_CONTEXTS.prod;

/** The largest shard map there is. */
export const ONE_SHARD_PER_LETTER = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter, index) => ({
  id: index + 1,
  from: letter,
  to: letter,
}));

/** The templates that a context gives, by stack; see `synthesizeApp` for what is left out. */
export function synthesize(context: Readonly<Record<string, unknown>> = {}): Record<Part, Template> {
  const stacks = synthesizeApp(context).node.children.filter((child) => Stack.isStack(child));
  return Object.fromEntries(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)])) as Record<
    Part,
    Template
  >;
}
