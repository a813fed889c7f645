import { App } from 'aws-cdk-lib';
import { readConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { composeOrderFlow } from './orderflow.ts';

const app = new App();
try {
  composeOrderFlow(app, readConfig(app.node.getAllContext()));
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
