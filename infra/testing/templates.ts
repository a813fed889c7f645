import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../config.ts';
import { composeOrderFlow } from '../orderflow.ts';

export type Part = 'Network' | 'Shards' | 'Stream' | 'Orders' | 'Consumer' | 'Frontend';

const CDK_JSON: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
);

/** The largest shard map there is. */
export const ONE_SHARD_PER_LETTER = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter, index) => ({
  id: index + 1,
  from: letter,
  to: letter,
}));

/**
 * The templates that a context gives, by stack, under the feature flags of cdk.json.
 * Functions and site are not bundled, which changes asset hashes alone, and CloudFormation's own rules are left to
 * `cdk synth`: both take seconds.
 */
export function synthesize(context: Record<string, unknown> = {}): Record<Part, Template> {
  const app = new App({
    context: { ...CDK_JSON.context, 'aws:cdk:bundling-stacks': [], ...context },
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    treeMetadata: false,
  });
  composeOrderFlow(app, readConfig(app.node.getAllContext()));
  const stacks = app.node.children.filter((child) => Stack.isStack(child));
  return Object.fromEntries(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)])) as Record<
    Part,
    Template
  >;
}
