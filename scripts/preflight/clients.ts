import { ACMClient } from '@aws-sdk/client-acm';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { KafkaClient } from '@aws-sdk/client-kafka';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';

/** Where CloudFront's certificates are, and the quotas of services without Regions. */
const GLOBAL_REGION = 'us-east-1';

export type Clients = ReturnType<typeof clientsFor>;

/** The clients of all checks. They repeat what AWS throttles. @param region that of the AWS settings when undefined */
export function clientsFor(region: string | undefined) {
  const common = { retryMode: 'adaptive', maxAttempts: 6 };
  const regional = { ...common, ...(region === undefined ? {} : { region }) };
  const global = { ...common, region: GLOBAL_REGION };
  return {
    apiGateway: new APIGatewayClient(regional),
    /** Reads any resource by the name of its CloudFormation type. */
    cloudControl: new CloudControlClient(regional),
    cloudFormation: new CloudFormationClient(regional),
    ec2: new EC2Client(regional),
    kafka: new KafkaClient(regional),
    lambda: new LambdaClient(regional),
    rds: new RDSClient(regional),
    s3: new S3Client(regional),
    secrets: new SecretsManagerClient(regional),
    quotas: new ServiceQuotasClient(regional),
    globalQuotas: new ServiceQuotasClient(global),
    siteCertificates: new ACMClient(global),
    sts: new STSClient(regional),
  };
}
