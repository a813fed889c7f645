import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { clientsOf } from '../clients.ts';

const ACTIVE_WITHIN_SECONDS = 20;

/** A new folder with a blank in its name, as a person's may have. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'emulator with blanks '));
}

/** A zip file as Lambda takes it. */
export function zipOf(code: string): Uint8Array {
  return zipSync({ 'index.mjs': strToU8(code) });
}

export function lambdaClient(url: string): LambdaClient {
  return clientsOf(url).lambda;
}

/** Creates a function under a name of its own. */
export async function createFunction(
  client: LambdaClient,
  code: string,
  settings: Partial<CreateFunctionCommandInput> = {},
) {
  const name = `orders-${randomUUID().slice(0, 8)}`;
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: 'arn:aws:iam::000000000000:role/orders',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 5,
      Code: { ZipFile: zipOf(code) },
      ...settings,
    }),
  );
  await waitUntilFunctionActiveV2(
    { client, maxWaitTime: ACTIVE_WITHIN_SECONDS, minDelay: 0.1, maxDelay: 0.5 },
    { FunctionName: name },
  );
  const invoke = async (event: unknown = {}) => {
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: 'Tail' });
    const { Payload, FunctionError, LogResult = '', ExecutedVersion } = await client.send(command);
    return {
      value: JSON.parse(Buffer.from(Payload ?? []).toString()),
      functionError: FunctionError,
      executedVersion: ExecutedVersion,
      log: Buffer.from(LogResult, 'base64').toString(),
    };
  };
  return { name, invoke };
}

/** The lines that CloudWatch Logs has of a function. */
export async function loggedLines(url: string, functionName: string): Promise<string[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'Logs_20140328.FilterLogEvents',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ logGroupName: `/aws/lambda/${functionName}` }),
  });
  // The group comes into being with the first lines.
  if (!response.ok) return [];
  const { events } = (await response.json()) as { events: { message: string }[] };
  return events.map(({ message }) => message.trimEnd());
}

/** The CloudFormation types that an installed LocalStack has providers for, in lower case, as it knows them itself. */
export async function providedTypes(python: string): Promise<string[]> {
  const program = `
from importlib.metadata import entry_points
print(*(entry.name.lower() for entry in entry_points(group="localstack.cloudformation.resource_providers")))`;
  return (await promisify(execFile)(python, ['-c', program])).stdout.trim().split(' ');
}
