import type { Registry } from '../assembly/registry.ts';
import { apiGatewayHandlers } from './api-gateway/resources.ts';
import { customResource, customResourceHandlers } from './cloudformation/resources.ts';
import { cloudFrontHandlers } from './cloudfront/resources.ts';
import type { RunnerContext } from './context.ts';
import { eventsHandlers } from './events/resources.ts';
import type { Handlers } from './handler.ts';
import { iamHandlers } from './iam/resources.ts';
import { ignoredHandlers } from './ignored.ts';
import { lambdaHandlers } from './lambda/resources.ts';
import { mskHandlers } from './msk/resources.ts';
import { rdsHandlers } from './rds/resources.ts';
import { s3Handlers } from './s3/resources.ts';
import { secretsManagerHandlers } from './secrets-manager/resources.ts';

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
