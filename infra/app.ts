import { App } from 'aws-cdk-lib';
import { UserError } from '../tooling/errors.ts';
import { readConfig } from './config/config.ts';
import { personalContextKeys } from './config/personal-context.ts';
import { composeOrderFlow } from './orderflow.ts';

const app = new App();
try {
  composeOrderFlow(app, readConfig(app.node.getAllContext(), personalContextKeys()));
  app.synth();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
