import type { ProviderRegistry } from '../assembly/resource-provider.ts';
import { apiGatewayProviders } from './api-gateway/resources.ts';
import { customResource, customResourceProviders } from './cloudformation/resources.ts';
import { cloudFrontProviders } from './cloudfront/resources.ts';
import type { RunnerContext } from './context.ts';
import { eventsProviders } from './events/resources.ts';
import { iamProviders } from './iam/resources.ts';
import { ignoredProviders } from './ignored.ts';
import { lambdaProviders } from './lambda/resources.ts';
import { mskProviders } from './msk/resources.ts';
import type { ResourceProviders } from './provider.ts';
import { rdsProviders } from './rds/resources.ts';
import { s3Providers } from './s3/resources.ts';
import { secretsManagerProviders } from './secrets-manager/resources.ts';

const providers: ResourceProviders = {
  ...ignoredProviders,
  ...apiGatewayProviders,
  ...cloudFrontProviders,
  ...customResourceProviders,
  ...eventsProviders,
  ...iamProviders,
  ...lambdaProviders,
  ...mskProviders,
  ...rdsProviders,
  ...s3Providers,
  ...secretsManagerProviders,
};

/** What the local runner does with each CloudFormation type that it knows. */
export const registry: ProviderRegistry<RunnerContext> = {
  providerOf: (declaration) => {
    const provider = providers[declaration.Type];
    if (provider) return typeof provider === 'function' ? provider(declaration) : provider;
    return declaration.Type.startsWith('Custom::') ? customResource : undefined;
  },
};
