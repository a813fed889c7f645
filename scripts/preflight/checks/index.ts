import type { Check } from '../check.ts';
import { apiAccount } from './api-account.ts';
import { bootstrap } from './bootstrap.ts';
import { brokers } from './brokers.ts';
import { concurrency } from './concurrency.ts';
import { databases } from './databases.ts';
import { endpointServices } from './endpoint-services.ts';
import { issuer } from './issuer.ts';
import { leftovers } from './leftovers.ts';
import { parameters } from './parameters.ts';
import { quotas } from './quotas.ts';
import { resourceTypes } from './resource-types.ts';
import { runtimes } from './runtimes.ts';
import { serviceRoles } from './service-roles.ts';
import { siteCertificate } from './site-certificate.ts';
import { stackStates } from './stack-states.ts';
import { webAcl } from './web-acl.ts';
import { zones } from './zones.ts';

/** All checks, in the order in which a deployment would run into what they look for. */
export const CHECKS: readonly Check[] = [
  bootstrap,
  stackStates,
  resourceTypes,
  ...leftovers,
  ...quotas,
  concurrency,
  runtimes,
  zones,
  endpointServices,
  serviceRoles,
  databases,
  parameters,
  brokers,
  apiAccount,
  issuer,
  siteCertificate,
  webAcl,
];
