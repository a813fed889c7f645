import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../../../tooling/log.ts';
import { rejectWhenAborted } from '../../../tooling/timing.ts';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import { type ResourceResult, stackId } from '../../assembly/stack-scope.ts';
import { errorMessageOf, functionName, type Lambda } from '../lambda/service.ts';
import { provider, type ResourceProviders } from '../provider.ts';
import { type Run, required, type Service } from '../service.ts';
import { bucketDeployment, type DeploymentTarget } from './bucket-deployment.ts';
import type { CustomResourceResponses } from './custom-resource-responses.ts';
import type { DeployedSite } from './deployed-site.ts';

/** How long to wait for a response once the provider's function has ended. */
const GRACE_MS = 10_000;
/** Lambda's limit; a `ServiceTimeout` may shorten it. */
const DEFAULT_TIMEOUT_SECONDS = 900;

/** What custom resources need of other services. */
export interface Collaborators {
  readonly lambda: Pick<Lambda, 'functions' | 'invoke'>;
  readonly responses: Pick<CustomResourceResponses, 'expect'>;
  readonly s3: DeploymentTarget;
  /** As API Gateway's, for files that browsers read. */
  withLocalAddresses(text: string): string;
}

/** CloudFormation: custom resources, and what the runner does in place of some of their providers. */
export class CloudFormation implements Service {
  /** Those that the app builds by a recipe. */
  readonly sites = new Map<string, DeployedSite>();
  readonly #log: Log;
  readonly #services: Collaborators;

  constructor({ log }: Pick<Run, 'log'>, services: Collaborators) {
    this.#log = log;
    this.#services = services;
  }

  readonly resources: ResourceProviders = {
    'AWS::CloudFormation::CustomResource': provider(
      'its provider function is invoked with a Create event',
      // The function gets all of them.
      z.looseObject({ ServiceToken: z.string(), ServiceTimeout: z.coerce.number().default(DEFAULT_TIMEOUT_SECONDS) }),
      ({ ServiceToken, ServiceTimeout }, request) => this.#create(ServiceToken, ServiceTimeout * 1000, request),
      // What a function of the deployment does, such as migrating a database, is not for a file that may be half written.
      { update: 'later' },
    ),
    'Custom::CDKBucketDeployment': bucketDeployment(() => this.#services, this.sites),
  };

  /**
   * Runs the provider function of a custom resource as on AWS. Each start sends `Create`, never `Update` or `Delete`.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
   */
  async #create(serviceToken: string, timeoutMs: number, request: ResourceRequest): Promise<ResourceResult> {
    const { lambda, responses } = this.#services;
    required(lambda.functions.get(functionName(serviceToken)), `function ${serviceToken}, its provider`);
    const { responseUrl, response } = responses.expect(timeoutMs);
    const payload = JSON.stringify(createEvent(request, serviceToken, responseUrl));
    const responded = new AbortController();
    const signal = AbortSignal.any([request.signal, responded.signal]);
    const { Status, Reason, PhysicalResourceId, Data } = await Promise.race([
      response,
      this.#failureOfInvocation(serviceToken, payload, signal),
      rejectWhenAborted(signal),
    ]).finally(() => responded.abort());
    if (Status === 'FAILED') {
      this.#log.debug('%s failed: %s', request.logicalId, Reason);
      // The CDK's providers append a stack trace.
      throw new Error(Reason?.split('\n')[0] ?? 'its provider responded FAILED without a reason');
    }
    return {
      ref: PhysicalResourceId ?? request.logicalId,
      attribute: (name) => Data?.[name],
    };
  }

  /** Rejects when the provider's function fails, or ends well but sends no response within the grace period. */
  async #failureOfInvocation(serviceToken: string, payload: string, signal: AbortSignal): Promise<never> {
    const { functionError, payload: result } = await this.#services.lambda.invoke(serviceToken, payload, { signal });
    if (functionError) throw new Error(`its provider failed: ${errorMessageOf(result)}`);
    await delay(GRACE_MS, undefined, { signal });
    throw new Error('its provider function ended without a response to the response URL');
  }
}

function createEvent(request: ResourceRequest, serviceToken: string, responseUrl: string) {
  return {
    RequestType: 'Create',
    ServiceToken: serviceToken,
    ResponseURL: responseUrl,
    StackId: stackId(request.stack.name),
    RequestId: randomUUID(),
    LogicalResourceId: request.logicalId,
    ResourceType: request.declaration.Type,
    ResourceProperties: asStrings(request.properties),
  };
}

/** CloudFormation sends all scalar values to providers as strings. */
function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStrings);
  if (value === null || typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asStrings(item)]));
}
