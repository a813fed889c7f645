import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { REGION } from '../local/aws-identity.ts';
import { UserError } from '../tooling/errors.ts';

/** LocalStack accepts any. These make the account 000000000000. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const HEALTH_TIMEOUT_MS = 5_000;

export interface LocalStackClients {
  readonly apiGateway: APIGatewayClient;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly secretsManager: SecretsManagerClient;
}

/** @param url LocalStack's, by an IP address: the S3 client then puts the bucket into the path */
export function clientsOf(url: string): LocalStackClients {
  const config = { endpoint: url, region: REGION, credentials: CREDENTIALS };
  return {
    apiGateway: new APIGatewayClient(config),
    cloudFormation: new CloudFormationClient(config),
    // A second attempt would invoke a slow function twice.
    lambda: new LambdaClient({ ...config, maxAttempts: 1 }),
    s3: new S3Client(config),
    secretsManager: new SecretsManagerClient(config),
  };
}

/** Whether LocalStack responds within 5 s. @param url such as `http://127.0.0.1:4566` */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_localstack/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })).ok;
  } catch {
    return false;
  }
}

/** @throws UserError when LocalStack does not respond */
export async function requireHealthy(url: string): Promise<void> {
  if (await isHealthy(url)) return;
  throw new UserError(`LocalStack does not respond at ${url}. \`npm run localstack -- logs\` may show why.`);
}
