import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { readConfig } from './config/config.ts';
import { composeOrderFlow } from './orderflow.ts';

/** The context of cdk.json: feature flags, and whatever of the application's own is kept there. */
export const CDK_JSON_CONTEXT: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'),
).context;

/**
 * Synthesizes the app in this process, in less than a second, under the feature flags of cdk.json. Functions and site are not
 * bundled, which changes asset hashes alone, and CloudFormation's own rules are left to `cdk synth`.
 *
 * @param context as `cdk -c key=value` gives it
 * @param outdir where the cloud assembly is written; a temporary folder when not given
 * @returns the app after synthesis
 * @throws UserError when the context cannot be built
 */
export function synthesizeApp(context: Readonly<Record<string, unknown>>, outdir?: string): App {
  const app = new App({
    context: { ...CDK_JSON_CONTEXT, 'aws:cdk:bundling-stacks': [], ...context },
    ...(outdir === undefined ? {} : { outdir }),
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    treeMetadata: false,
  });
  composeOrderFlow(app, readConfig(app.node.getAllContext()));
  app.synth();
  return app;
}
