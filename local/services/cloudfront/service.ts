import { z } from 'zod';
import type { Log } from '../../../tooling/log.ts';
import type { PortClaim } from '../../../tooling/ports.ts';
import { ACCOUNT_ID, arnOf } from '../../aws-identity.ts';
import type { ApiGateway } from '../api-gateway/service.ts';
import { type Ec2, publicServer } from '../ec2/service.ts';
import { type AccessRequest, type Iam, RefusalLog } from '../iam/service.ts';
import { type Listener, Listeners } from '../listeners.ts';
import { resourceHash, resourceUuid } from '../physical-names.ts';
import { created, ignored, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { resourceArn, type S3 } from '../s3/service.ts';
import { type Run, required, type Service, stopAll } from '../service.ts';
import { type RunningDistribution, startDistribution } from './distribution.ts';
import type { BucketOrigin, DistributionDefinition } from './distribution-definition.ts';
import { type DistributionConfig, distributionConfig, distributionDefinition } from './distribution-properties.ts';
import {
  type ResponseHeadersPolicy,
  responseHeadersPolicy,
  responseHeadersPolicyProperties,
} from './response-headers-policy.ts';

const DISTRIBUTION = 'AWS::CloudFront::Distribution';

interface DistributionDeclaration {
  readonly config: DistributionConfig;
  readonly arn: string;
  readonly listener: Listener;
}

export interface Origins {
  readonly s3: Pick<S3, 'getObject'>;
  readonly iam: Pick<Iam, 'evaluator'>;
  readonly api: Pick<ApiGateway, 'urlOf'>;
}

/** CloudFront: distributions, each on a port of its own, and the headers that they add to responses. */
export class CloudFront implements Service {
  /** By id: what the templates declare. */
  readonly #declared = new Map<string, DistributionDeclaration>();
  readonly #log: Log;
  readonly #listeners: Listeners;
  readonly #origins: Origins;
  readonly #ec2: Pick<Ec2, 'connections'>;
  /** By id. */
  readonly #headersPolicies = new Map<string, ResponseHeadersPolicy>();
  /** By id. */
  readonly #servers = new Map<string, RunningDistribution>();

  constructor(run: Pick<Run, 'settings' | 'stacks' | 'log'>, origins: Origins, ec2: Pick<Ec2, 'connections'>) {
    this.#log = run.log;
    this.#origins = origins;
    this.#ec2 = ec2;
    this.#listeners = new Listeners(run, 'site', ({ Type }) => (Type === DISTRIBUTION ? undefined : null));
  }

  readonly resources: ResourceProviders = {
    [DISTRIBUTION]: provider(
      'an HTTP server in front of buckets and REST APIs, without a cache',
      z.object({ DistributionConfig: distributionConfig }),
      ({ DistributionConfig: config }, request) => {
        const id = `E${resourceHash(request, 13).toUpperCase()}`;
        const arn = arnOf('cloudfront', `distribution/${id}`, { global: true });
        // What cannot be served fails now, and not once everything is there.
        distributionDefinition(config, arn, this.#headersPolicies);
        const remove = register(this.#declared, id, { config, arn, listener: this.#listeners.of(request) });
        const domain = `d${resourceHash(request, 13)}.cloudfront.net`;
        return created(id, { Id: id, DomainName: domain, Arn: arn }, remove);
      },
      REPLACED,
    ),

    'AWS::CloudFront::ResponseHeadersPolicy': provider(
      'headers that the local distribution adds and takes away',
      responseHeadersPolicyProperties,
      (properties, request) => {
        const id = resourceUuid(request);
        const remove = register(this.#headersPolicies, id, responseHeadersPolicy(properties));
        return created(id, { Id: id }, remove);
      },
      REPLACED,
    ),

    'AWS::CloudFront::OriginAccessControl': ignored(
      'an origin that has one is read in the name of the distribution',
      z.object({
        OriginAccessControlConfig: z.object({
          SigningBehavior: z.literal('always', 'only always is supported by the local runner'),
        }),
      }),
    ),
  };

  ports(): PortClaim[] {
    return this.#listeners.claims();
  }

  /** Serves each distribution as its resources are now: those that run are changed at once, the others are started or stopped. */
  async start(): Promise<void> {
    const definitions = this.distributions;
    for (const [id, server] of this.#servers) {
      if (definitions.has(id)) continue;
      this.#servers.delete(id);
      await server.stop();
    }
    await Promise.all([...definitions].map(([id, definition]) => this.#serve(id, definition)));
  }

  /** By id. @throws Error for one that refers to what this run does not have */
  get distributions(): ReadonlyMap<string, DistributionDefinition & { readonly listener: Listener }> {
    return new Map(
      [...this.#declared].map(([id, { config, arn, listener }]) => [
        id,
        { ...distributionDefinition(config, arn, this.#headersPolicies), listener },
      ]),
    );
  }

  async stop(): Promise<void> {
    await stopAll(this.#servers.values());
  }

  /** By name: where each distribution listens. */
  get urls(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#servers].map(([id, { url }]) => [required(this.#declared.get(id), id).listener.name, url]),
    );
  }

  async #serve(
    id: string,
    { listener, ...definition }: DistributionDefinition & { readonly listener: Listener },
  ): Promise<void> {
    const running = this.#servers.get(id);
    if (running) return running.change(definition);
    const { s3, api, iam } = this.#origins;
    const { connections } = this.#ec2;
    const target = publicServer(`the site ${listener.name}`);
    const log = this.#log.child('site');
    const refusals = new RefusalLog(log);
    const server = await startDistribution({
      definition,
      port: listener.port,
      getObject: async (origin, key) => {
        const request = readRequest(origin, key);
        const decision = iam.evaluator.evaluate(request);
        if (decision.allowed) return s3.getObject(origin.bucket, key);
        refusals.note(request, decision, origin.bucket);
        return undefined;
      },
      apiUrl: (restApiId) => api.urlOf(restApiId),
      admits: (client) => connections.admits(client, target),
      log,
    });
    connections.assign(server.port, target);
    this.#servers.set(id, server);
  }
}

/** What the bucket's policy decides on: CloudFront asks for an object. */
function readRequest({ bucket, signedFor }: BucketOrigin, key: string): AccessRequest {
  const name = signedFor === undefined ? 'anonymous' : 'cloudfront.amazonaws.com';
  return {
    principal: { kind: 'service', name, arn: name },
    action: 's3:GetObject',
    resource: resourceArn(bucket, key),
    context: { 'aws:SourceArn': signedFor, 'aws:SourceAccount': signedFor === undefined ? undefined : ACCOUNT_ID },
  };
}
