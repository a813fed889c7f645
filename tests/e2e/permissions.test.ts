import { readdirSync, readFileSync } from 'node:fs';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { REGION } from '../../local/aws-identity.ts';
import { call, newUser, orderOf } from '../support/api.ts';

const addresses = inject('addresses');
const BUCKET = 'order-receipts';

/** The variables of a process that runs a function of this run. Linux alone tells them. @throws Error when there is none */
function environmentOf(functionName: string): Record<string, string> {
  const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of own) {
    const variables = readVariables(pid);
    const isOfRun = variables.AWS_ENDPOINT_URL?.endsWith(`:${new URL(addresses.aws).port}`);
    if (isOfRun && variables.AWS_LAMBDA_FUNCTION_NAME === functionName) return variables;
  }
  throw new Error(`no process runs ${functionName}`);
}

function readVariables(pid: string): Record<string, string> {
  try {
    const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
  } catch {
    // Another user's, or gone meanwhile.
    return {};
  }
}

describe.runIf(process.platform === 'linux')('whoever has the keys of consume-orders', () => {
  const user = newUser('q');
  let client: object;
  let receipt: string;
  beforeAll(async () => {
    ({ receipt } = (await call(addresses.api, 'POST', '/api/orders', orderOf(user))).body);
    const variables = await vi.waitFor(() => environmentOf('orderflow-dev-consume-orders'), { timeout: 30_000 });
    const credentials = {
      accessKeyId: variables.AWS_ACCESS_KEY_ID,
      secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
      sessionToken: variables.AWS_SESSION_TOKEN,
    };
    client = { endpoint: addresses.aws, region: REGION, credentials, forcePathStyle: true, maxAttempts: 1 };
  });

  it.each([
    [
      'reads a receipt',
      () => new S3Client(client).send(new GetObjectCommand({ Bucket: BUCKET, Key: receipt })),
      's3:GetObject',
    ],
    [
      'stores one',
      () => new S3Client(client).send(new PutObjectCommand({ Bucket: BUCKET, Key: receipt, Body: 'x' })),
      's3:PutObject',
    ],
    ['lists them', () => new S3Client(client).send(new ListObjectsV2Command({ Bucket: BUCKET })), 's3:ListBucket'],
    [
      "reads a database's password",
      () =>
        new SecretsManagerClient(client).send(
          new GetSecretValueCommand({ SecretId: 'orderflow/dev/shard1/orderuser' }),
        ),
      'secretsmanager:GetSecretValue',
    ],
    [
      'lists the secrets',
      () => new SecretsManagerClient(client).send(new ListSecretsCommand({})),
      'secretsmanager:ListSecrets',
    ],
  ])('is refused when it %s', async (_, send, action) => {
    await expect(send()).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied/),
      message: expect.stringMatching(
        new RegExp(`assumed-role/[^/]+/orderflow-dev-consume-orders is not authorized to perform: ${action}`),
      ),
    });
  });
});
