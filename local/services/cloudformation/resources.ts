import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { rejectWhenAborted } from '../../../tooling/abort.ts';
import { stackId } from '../../assembly/stack-scope.ts';
import { functionName } from '../../aws-identity.ts';
import { provider, type Request, type ResourceProviders } from '../provider.ts';
import { bucketDeployment } from './bucket-deployment.ts';

/** How long to wait for a response once the provider's function has ended. */
const GRACE_MS = 10_000;
/** Lambda's limit; a `ServiceTimeout` may shorten it. */
const DEFAULT_TIMEOUT_SECONDS = 900;

/**
 * A custom resource whose provider function runs here as on AWS. Each start sends `Create`, never `Update` or `Delete`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export const customResource = provider(
  'its provider function is invoked with a Create event',
  z.object({ ServiceToken: z.string(), ServiceTimeout: z.coerce.number().default(DEFAULT_TIMEOUT_SECONDS) }),
  async ({ ServiceToken, ServiceTimeout }, request) => {
    const { context } = request;
    if (!context.functionRoles.has(functionName(ServiceToken))) {
      throw new Error(`its provider ${ServiceToken} is no function that runs here`);
    }
    const { responseUrl, response } = context.customResourceResponses.expect(ServiceTimeout * 1000);
    const payload = JSON.stringify(createEvent(request, ServiceToken, responseUrl));
    const settled = new AbortController();
    const signal = AbortSignal.any([request.signal, settled.signal]);
    const { Status, Reason, PhysicalResourceId, Data } = await Promise.race([
      response,
      failureOfInvocation(request, ServiceToken, payload, signal),
      rejectWhenAborted(signal),
    ]).finally(() => settled.abort());
    if (Status === 'FAILED') {
      context.log.debug('%s failed: %s', request.logicalId, Reason);
      // The CDK's providers append a stack trace.
      throw new Error(Reason?.split('\n')[0] ?? 'its provider responded FAILED without a reason');
    }
    return {
      ref: PhysicalResourceId ?? request.logicalId,
      attribute: (name) => Data?.[name],
    };
  },
);

/** Custom resources, and what the runner does in place of a provider. */
export const customResourceProviders: ResourceProviders = {
  'AWS::CloudFormation::CustomResource': customResource,
  'Custom::CDKBucketDeployment': bucketDeployment,
};

function createEvent(request: Request, serviceToken: string, responseUrl: string) {
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

/** Rejects when the provider's function fails, or ends well but sends no response within the grace period. */
async function failureOfInvocation(
  { context }: Request,
  serviceToken: string,
  payload: string,
  signal: AbortSignal,
): Promise<never> {
  const { functionError, payload: result } = await context.lambda.invoke(serviceToken, payload, { signal });
  if (functionError) throw new Error(`its provider failed: ${errorMessage(result)}`);
  await delay(GRACE_MS, undefined, { signal });
  throw new Error('its provider function ended without a response to the response URL');
}

function errorMessage(payload: string): string {
  const { errorMessage: message } = JSON.parse(payload) as { errorMessage?: string };
  return message ?? payload;
}
