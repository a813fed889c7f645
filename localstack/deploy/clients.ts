import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { REGION } from '../../local/aws-identity.ts';
import { CREDENTIALS } from '../credentials.ts';

/** Clients of LocalStack's services. */
export interface LocalStackClients {
  readonly apiGateway: APIGatewayClient;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly secretsManager: SecretsManagerClient;
}

/** @param url LocalStack's, by an IP address, with which S3's client puts the bucket into the path by itself */
export function clientsOf(url: string): LocalStackClients {
  const config = { endpoint: url, region: REGION, credentials: CREDENTIALS };
  return {
    apiGateway: new APIGatewayClient(config),
    cloudFormation: new CloudFormationClient(config),
    // Not tried again: an invocation that takes long is one that works.
    lambda: new LambdaClient({ ...config, maxAttempts: 1 }),
    s3: new S3Client(config),
    secretsManager: new SecretsManagerClient(config),
  };
}
