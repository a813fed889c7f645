import { z } from 'zod';
import type { PortClaim } from '../../../tooling/ports.ts';
import { ACCOUNT_ID, arnOf } from '../../aws-identity.ts';
import type { RunningServer } from '../../http/http-server.ts';
import { portClaim } from '../../settings.ts';
import type { AccessRequest, Iam } from '../iam/service.ts';
import { resourceHash, resourceUuid } from '../physical-names.ts';
import { created, ignored, notSupported, provider, type ResourceProviders } from '../provider.ts';
import { bucketDomain, resourceArn, type S3 } from '../s3/service.ts';
import { only, type Run, required, type Service } from '../service.ts';
import { startDistribution } from './distribution.ts';
import type { Behavior, BucketOrigin, DistributionDefinition, Origin } from './distribution-definition.ts';
import {
  type ResponseHeadersPolicy,
  responseHeadersPolicy,
  responseHeadersPolicyProperties,
} from './response-headers-policy.ts';

const behavior = z.object({
  TargetOriginId: z.string(),
  // CloudFront's default.
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  ResponseHeadersPolicyId: z.string().optional(),
  FunctionAssociations: notSupported,
  LambdaFunctionAssociations: notSupported,
});

const distributionConfig = z.object({
  DefaultRootObject: z.string().optional(),
  DefaultCacheBehavior: behavior,
  CacheBehaviors: z.array(behavior.extend({ PathPattern: z.string() })).default([]),
  CustomErrorResponses: notSupported,
  Origins: z.array(z.object({ Id: z.string(), DomainName: z.string(), OriginAccessControlId: z.string().default('') })),
});

export interface Origins {
  readonly s3: Pick<S3, 'getObject'>;
  readonly iam: Pick<Iam, 'evaluator'>;
  readonly api: { readonly url: string };
}

/** CloudFront: the distribution of the site, and the headers that it adds to responses. */
export class CloudFront implements Service {
  readonly distributions: DistributionDefinition[] = [];
  readonly #run: Pick<Run, 'settings' | 'log'>;
  readonly #origins: Origins;
  /** By id. */
  readonly #headersPolicies = new Map<string, ResponseHeadersPolicy>();
  #server: RunningServer | undefined;

  constructor(run: Pick<Run, 'settings' | 'log'>, origins: Origins) {
    this.#run = run;
    this.#origins = origins;
  }

  readonly resources: ResourceProviders = {
    'AWS::CloudFront::Distribution': provider(
      'an HTTP server in front of the bucket and the REST API, without a cache',
      z.object({ DistributionConfig: distributionConfig }),
      ({ DistributionConfig: config }, request) => {
        const id = `E${resourceHash(request, 13).toUpperCase()}`;
        const arn = arnOf('cloudfront', `distribution/${id}`, { global: true });
        this.distributions.push(this.#definitionOf(config, arn));
        return created(id, {
          Id: id,
          DomainName: `d${resourceHash(request, 13)}.cloudfront.net`,
          Arn: arn,
        });
      },
    ),

    'AWS::CloudFront::ResponseHeadersPolicy': provider(
      'headers that the local distribution adds and takes away',
      responseHeadersPolicyProperties,
      (properties, request) => {
        const id = resourceUuid(request);
        this.#headersPolicies.set(id, responseHeadersPolicy(properties));
        return created(id, { Id: id });
      },
    ),

    'AWS::CloudFront::OriginAccessControl': ignored('an origin that has one is read in the name of the distribution'),
  };

  ports(): PortClaim[] {
    return [portClaim('site', this.#run.settings.ports.site)];
  }

  /** @throws UserError unless the templates have exactly one distribution */
  async start(): Promise<void> {
    const { s3, api, iam } = this.#origins;
    this.#server = await startDistribution({
      definition: only('distribution', this.distributions),
      port: this.#run.settings.ports.site,
      getObject: async (origin, key) =>
        iam.evaluator.evaluate(readRequest(origin, key)).allowed ? s3.getObject(origin.bucket, key) : undefined,
      apiUrl: api.url,
      log: this.#run.log.child('site'),
    });
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** Where the distribution listens. */
  get url(): string {
    if (!this.#server) throw new Error('the distribution has not started');
    return this.#server.url;
  }

  #definitionOf(config: z.output<typeof distributionConfig>, arn: string): DistributionDefinition {
    const origins = new Map(
      config.Origins.map(({ Id, DomainName, OriginAccessControlId: control }) => {
        const signedFor = control === '' ? {} : { signedFor: arn };
        return [Id, { ...originAt(DomainName), ...signedFor }];
      }),
    );
    const behaviorOf = (settings: z.output<typeof behavior>): Behavior => {
      const { TargetOriginId, AllowedMethods: allowedMethods, ResponseHeadersPolicyId: policyId } = settings;
      const origin = origins.get(TargetOriginId);
      if (!origin) throw new Error(`it has no origin ${TargetOriginId}`);
      if (policyId === undefined) return { origin, allowedMethods };
      const policy = required(this.#headersPolicies.get(policyId), `response headers policy ${policyId}`);
      return { origin, allowedMethods, responseHeadersPolicy: policy };
    };
    return {
      ...(config.DefaultRootObject === undefined ? {} : { defaultRootObject: config.DefaultRootObject }),
      defaultBehavior: behaviorOf(config.DefaultCacheBehavior),
      behaviors: config.CacheBehaviors.map((item) => ({ ...behaviorOf(item), pathPattern: item.PathPattern })),
    };
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

function originAt(domainName: string): Origin {
  if (domainName.includes('.execute-api.')) return { type: 'api' };
  const bucket = domainName.replace(bucketDomain(''), '');
  if (bucketDomain(bucket) !== domainName) throw new Error(`its origin ${domainName} is neither bucket nor REST API`);
  return { type: 'bucket', bucket };
}
