import type { Registry } from '../assembly/registry.ts';
import { apiGatewayHandlers } from './api-gateway.ts';
import { cloudFrontHandlers } from './cloudfront.ts';
import type { RunnerContext } from './context.ts';
import { customResource, customResourceHandlers } from './custom-resources.ts';
import { eventsHandlers } from './events.ts';
import type { Handlers } from './handler.ts';
import { iamHandlers } from './iam.ts';
import { ignoredHandlers } from './ignored.ts';
import { lambdaHandlers } from './lambda.ts';
import { mskHandlers } from './msk.ts';
import { rdsHandlers } from './rds.ts';
import { s3Handlers } from './s3.ts';
import { secretsManagerHandlers } from './secrets-manager.ts';

const handlers: Handlers = {
  ...ignoredHandlers,
  ...apiGatewayHandlers,
  ...cloudFrontHandlers,
  ...customResourceHandlers,
  ...eventsHandlers,
  ...iamHandlers,
  ...lambdaHandlers,
  ...mskHandlers,
  ...rdsHandlers,
  ...s3Handlers,
  ...secretsManagerHandlers,
};

/** What the local runner does with each CloudFormation type that it knows. */
export const registry: Registry<RunnerContext> = {
  treatmentOf: (declaration) => {
    const handler = handlers[declaration.Type];
    if (handler) return typeof handler === 'function' ? handler(declaration) : handler;
    return declaration.Type.startsWith('Custom::') ? customResource : undefined;
  },
};
