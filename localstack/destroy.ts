import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { loadAssembly } from '../local/assembly/load-assembly.ts';
import { isDataDir } from '../local/engines/processes/data-dir-lock.ts';
import { UserError } from '../local/user-error.ts';
import { publishedAssembly } from './assembly/synthesize-for-localstack.ts';
import { destroyStacks, exists } from './deploy/cdklocal.ts';
import { clientsOf, type LocalStackClients } from './deploy/clients.ts';
import { isHealthy } from './emulator/health.ts';
import { findRunning, forgetRunning, type Running } from './running.ts';
import type { LocalStackSettings } from './settings.ts';
import { compose } from './up/containers.ts';

const STOP_TIMEOUT_MS = 60_000;

/**
 * Deletes the stacks, ends everything that `up` started and removes its data.
 *
 * @throws UserError when something does not end
 */
export async function destroy(
  dataDir: string,
  settings: LocalStackSettings,
  say: (step: string) => void,
): Promise<void> {
  const running = await findRunning(dataDir);
  if (running !== undefined) {
    if (await isHealthy(running.localStackUrl)) await deleteStacks(dataDir, running, say);
    else say('LocalStack does not answer; its stacks end with it');
    if (running.mode === 'docker') {
      say('docker compose down');
      await compose(['down', '--volumes', '--remove-orphans'], settings);
    } else await endProcess(running, say);
    await forgetRunning(dataDir);
  }
  if (!existsSync(dataDir)) return say('nothing is up, and there is no data');
  if (!isDataDir(dataDir)) throw new UserError(`${dataDir} is no data folder of a run; it was not removed.`);
  await rm(dataDir, { recursive: true });
  say(`removed ${dataDir}`);
}

async function deleteStacks(dataDir: string, { localStackUrl }: Running, say: (step: string) => void): Promise<void> {
  const assembly = publishedAssembly(dataDir);
  const clients = clientsOf(localStackUrl);
  const stacks = loadAssembly(assembly).map(({ name }) => name);
  for (const stack of stacks) {
    if (await exists(clients.cloudFormation, stack)) await emptyBuckets(stack, clients);
  }
  say('cdklocal destroy');
  await destroyStacks(assembly, localStackUrl);
}

/** CloudFormation deletes no bucket that holds something. */
async function emptyBuckets(StackName: string, { cloudFormation, s3 }: LocalStackClients): Promise<void> {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
  for (const { ResourceType, PhysicalResourceId } of StackResources) {
    if (ResourceType === 'AWS::S3::Bucket' && PhysicalResourceId !== undefined) await empty(s3, PhysicalResourceId);
  }
}

async function empty(client: S3Client, Bucket: string): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    const Objects = Contents.map(({ Key }) => ({ Key }));
    if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
}

async function endProcess({ pid }: Running, say: (step: string) => void): Promise<void> {
  if (pid === undefined || !isAlive(pid)) return;
  say(`ending the run (process ${pid})`);
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new UserError(`The run (process ${pid}) does not end. End it and repeat this.`);
    await delay(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
