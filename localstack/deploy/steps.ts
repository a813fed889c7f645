import {
  type APIGatewayClient,
  GetDeploymentsCommand,
  GetStagesCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { type CloudFormationClient, paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { deployToBucket } from '../../local/services/cloudformation/bucket-deployment.ts';
import { errorMessageOf } from '../../local/services/lambda/errors.ts';
import { UserError } from '../../tooling/errors.ts';
import type { ExternalDatabase, LocalStackApp } from '../assembly/app.ts';
import type { Passwords } from '../settings.ts';
import { bucketsOf } from './site-bucket.ts';

/** How LocalStack's events describe a resource that it only pretends to have. */
const FAKED = 'deployed as a fallback';
/** Longer than the functions themselves may take. */
const TRIGGER_TIMEOUT_MS = 6 * 60_000;

/**
 * LocalStack reports a resource of an unknown type as deployed, and its attributes are then the text `unknown`.
 *
 * @throws UserError naming each such resource
 */
export async function assertNothingFaked(client: CloudFormationClient, stacks: readonly string[]): Promise<void> {
  const faked = new Set<string>();
  for (const StackName of stacks) {
    for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
      for (const { ResourceStatusReason, ResourceType, LogicalResourceId } of StackEvents) {
        if (ResourceStatusReason?.includes(FAKED)) faked.add(`${StackName}/${LogicalResourceId} (${ResourceType})`);
      }
    }
  }
  if (faked.size === 0) return;
  throw new UserError(
    `LocalStack reported resources as created that it does not implement: ${[...faked].join(', ')}. ` +
      'Call externalize() for each in its construct (docs/localstack.md), or leave it out for target localstack.',
  );
}

/** Points each stage of an API to the API's latest deployment. LocalStack does not, so that a new route would be unknown. */
export async function showLatestDeployment(client: APIGatewayClient, restApiId: string): Promise<void> {
  const [{ items: deployments = [] }, { item: stages = [] }] = await Promise.all([
    client.send(new GetDeploymentsCommand({ restApiId, limit: 500 })),
    client.send(new GetStagesCommand({ restApiId })),
  ]);
  const latest = deployments.toSorted((a, b) => Number(a.createdDate) - Number(b.createdDate)).at(-1);
  if (latest?.id === undefined) return;
  for (const { stageName, deploymentId } of stages) {
    if (deploymentId === latest.id) continue;
    const patchOperations = [{ op: 'replace' as const, path: '/deploymentId', value: latest.id }];
    await client.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
  }
}

/** Puts the passwords of the shards into their secrets. On AWS it is the other way round; here the databases come first. */
export async function putPasswords(
  client: SecretsManagerClient,
  databases: readonly ExternalDatabase[],
  passwords: Passwords,
): Promise<void> {
  const secrets = databases.flatMap(({ secrets, masterUsername }) => secrets.map((id) => ({ id, masterUsername })));
  await Promise.all(
    secrets.map(async ({ id, masterUsername }) => {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      const secret = JSON.parse(SecretString) as { username: string; password: string };
      const password = secret.username === masterUsername ? passwords.master : passwords.application;
      if (secret.password === password) return;
      const changed = JSON.stringify({ ...secret, password });
      await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: changed }));
    }),
  );
}

/** Invokes the functions that custom resources invoke on AWS. @throws UserError with a function's error, when it fails */
export async function invokeTriggers(client: LambdaClient, app: Pick<LocalStackApp, 'external'>): Promise<void> {
  for (const { properties } of app.external('Custom::Trigger')) {
    const FunctionName = String(properties.HandlerArn);
    const abortSignal = AbortSignal.timeout(TRIGGER_TIMEOUT_MS);
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName }), { abortSignal });
    if (FunctionError === undefined) continue;
    const reason = errorMessageOf(Payload?.transformToString() ?? '');
    throw new UserError(
      `${FunctionName} failed: ${reason}\n\`npm run localstack -- logs\` has the details. Fix it and deploy again.`,
    );
  }
}

/** Uploads the files that custom resources upload on AWS: the site with its config.json. */
export async function uploadSite(s3: S3Client, app: LocalStackApp): Promise<void> {
  for (const { stack, properties } of app.external('Custom::CDKBucketDeployment')) {
    await deployToBucket(properties, { stack, s3: bucketsOf(s3) });
  }
}
