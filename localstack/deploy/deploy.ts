import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { createLog } from '../../local/log.ts';
import { ensureTopic } from '../../local/resources/kafka-topic.ts';
import { plaintextKafka } from '../../local/resources/plaintext-kafka.ts';
import { apiOf } from '../assembly/api.ts';
import { databases, readLeftOut, topics } from '../assembly/left-out.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize-for-localstack.ts';
import { requireHealthy } from '../emulator/health.ts';
import type { Running } from '../running.ts';
import { showLatestDeployment } from './api-stage.ts';
import { bootstrap, deployStacks } from './cdklocal.ts';
import { clientsOf } from './clients.ts';
import { refuseFakedResources } from './faked-resources.ts';
import { putPasswords } from './passwords.ts';
import { uploadSite } from './site.ts';
import { invokeTriggers } from './triggers.ts';

/** What a deployment came to. */
export interface Deployment {
  /** Outputs of all stacks, such as `SiteUrl`. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Deploys the app as it is now: cdklocal for what LocalStack has, and then what CloudFormation does elsewhere. What is there
 * already stays as it is, so it can be repeated at any time.
 *
 * @param dataDir the folder for everything about LocalStack
 * @param say tells the person which step begins
 * @throws UserError naming what is missing or failed
 */
export async function deploy(dataDir: string, running: Running, say: (step: string) => void): Promise<Deployment> {
  const { localStackUrl: url } = running;
  await requireHealthy(url);
  const assembly = await synthesizeForLocalStack(dataDir, running.context, { info: say });
  const leftOut = readLeftOut(assembly);
  const stacks = loadAssembly(assembly).map(({ name }) => name);
  const clients = clientsOf(url);

  say('cdklocal bootstrap');
  await bootstrap(url, clients);
  say('cdklocal deploy');
  await deployStacks(assembly, url);
  await refuseFakedResources(clients.cloudFormation, stacks);
  await showLatestDeployment(clients.apiGateway, apiOf(assembly).id);
  say('passwords into the secrets of the shards');
  await putPasswords(clients.secretsManager, databases(leftOut), running.passwords);
  say('topics of Kafka');
  const log = createLog({ source: 'topics', terminal: process.stdout });
  const kafka = plaintextKafka({ clientId: 'deployment', bootstrapServers: running.kafka, log });
  for (const topic of topics(leftOut)) await ensureTopic(kafka, topic);
  say('migration of the shards');
  await invokeTriggers(clients.lambda, leftOut);
  say('files of the site');
  await uploadSite(clients.s3, assembly, leftOut);
  return { outputs: await outputsOf(clients.cloudFormation, stacks) };
}

async function outputsOf(
  client: ReturnType<typeof clientsOf>['cloudFormation'],
  stacks: readonly string[],
): Promise<Record<string, string>> {
  const descriptions = await Promise.all(
    stacks.map((StackName) => client.send(new DescribeStacksCommand({ StackName }))),
  );
  const outputs = descriptions.flatMap(({ Stacks = [] }) => Stacks.flatMap(({ Outputs = [] }) => Outputs));
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
