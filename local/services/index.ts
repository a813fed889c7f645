import { join } from 'node:path';
import { authoritiesIn } from '../tls/authority.ts';
import { ApiGateway } from './api-gateway/service.ts';
import { AwsEndpoint } from './aws-endpoint/service.ts';
import { CustomResourceResponses } from './cloudformation/custom-resource-responses.ts';
import { CloudFormation } from './cloudformation/service.ts';
import { CloudFront } from './cloudfront/service.ts';
import { Ec2 } from './ec2/service.ts';
import { EventBridge } from './eventbridge/service.ts';
import { Iam } from './iam/service.ts';
import { ignoredTypes } from './ignored.ts';
import { EventSourceMappings } from './lambda/event-source-mapping/service.ts';
import { Lambda } from './lambda/service.ts';
import { Msk } from './msk/service.ts';
import { Rds } from './rds/service.ts';
import { S3 } from './s3/service.ts';
import { SecretsManager } from './secrets-manager/service.ts';
import type { Run } from './service.ts';
import { Services } from './services.ts';
import { sts } from './sts/service.ts';

/** The services of a run. Nothing starts before they are opened. */
export function createServices(options: Omit<Run, 'authorities'>) {
  const run = { ...options, authorities: authoritiesIn(join(options.settings.dataDir, 'tls')) } satisfies Run;
  const iam = new Iam();
  const ec2 = new Ec2(run, iam);
  const s3 = new S3(run, iam);
  const rds = new Rds(run, ec2);
  const msk = new Msk(run, iam, ec2);
  const secretsManager = new SecretsManager(run, rds, iam);
  const endpoint = new AwsEndpoint(run.settings.ports.aws, iam, ec2, run.log.child('aws'));
  const responses = new CustomResourceResponses(run, ec2);
  const lambda = new Lambda(run, { iam, ec2, endpoint, responses });
  const cloudFormation = new CloudFormation(run, {
    lambda,
    responses,
    s3,
    withLocalAddresses: (text) => apiGateway.withLocalAddresses(text),
  });
  const eventSourceMappings = new EventSourceMappings(run, { lambda, msk, iam, endpoint });
  const eventBridge = new EventBridge(run, lambda);
  const apiGateway = new ApiGateway(run, lambda, ec2);
  const cloudFront = new CloudFront(run, { s3, api: apiGateway, iam }, ec2);

  // Each row opens and starts after the one before, and stops before it. All rows are open before the first resource is created,
  // so a service that starts nothing may stand in any row.
  const services = new Services([
    [ignoredTypes, ec2, iam, sts],
    [s3, rds, msk, secretsManager],
    [endpoint, responses],
    [lambda, cloudFormation],
    [eventSourceMappings, eventBridge, apiGateway],
    [cloudFront],
  ]);
  endpoint.serve(services.all);
  return {
    services,
    /** Lets the services know other templates, before their resources are changed. */
    takeStacks: (stacks: Run['stacks']) => {
      run.stacks = stacks;
    },
    apiGateway,
    cloudFormation,
    cloudFront,
    ec2,
    endpoint,
    eventSourceMappings,
    eventBridge,
    iam,
    lambda,
    msk,
    rds,
    responses,
    s3,
    secretsManager,
  };
}
