import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { plaintextKafka } from '../../local/services/msk/kafka-client.ts';
import { ensureTopic, type TopicDefinition } from '../../local/services/msk/topic.ts';
import { UserError } from '../../tooling/errors.ts';
import { createLog } from '../../tooling/log.ts';
import { isListening } from '../../tooling/ports.ts';
import { apiOf } from '../assembly/api.ts';
import { databases, readLeftOut, topics } from '../assembly/left-out.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize-for-localstack.ts';
import { clientsOf, type LocalStackClients, requireHealthy } from '../clients.ts';
import { withCommandLock } from '../command-lock.ts';
import type { Running } from '../running.ts';
import { showLatestDeployment } from './api-stage.ts';
import { bootstrap, deployStacks } from './cdklocal.ts';
import { refuseFakedResources } from './faked-resources.ts';
import { putPasswords } from './passwords.ts';
import { uploadSite } from './site.ts';
import { describeStack } from './stacks.ts';
import { invokeTriggers } from './triggers.ts';

/**
 * Deploys the app as it is now: cdklocal for what LocalStack has, and then what CloudFormation does elsewhere. What is there
 * already stays as it is, so it can be repeated at any time.
 *
 * @param dataDir the folder for everything about LocalStack
 * @param say tells the person which step begins
 * @returns the outputs of all stacks, such as `SiteUrl`
 * @throws UserError naming what is missing or failed
 */
export async function deploy(
  dataDir: string,
  running: Running,
  say: (step: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const { localStackUrl } = running;
  await requireHealthy(localStackUrl);
  try {
    return await withCommandLock(dataDir, () => deployAlone(dataDir, running, say));
  } catch (error) {
    // Whatever failed because LocalStack went away in the meantime: that is the cause to name.
    await requireHealthy(localStackUrl);
    throw error;
  }
}

async function deployAlone(dataDir: string, running: Running, say: (step: string) => void) {
  const { localStackUrl } = running;
  const assembly = await synthesizeForLocalStack(dataDir, running.context, { info: say });
  const leftOut = readLeftOut(assembly);
  const stacks = loadAssembly(assembly).map(({ name }) => name);
  const clients = clientsOf(localStackUrl);

  say('cdklocal bootstrap');
  await bootstrap(assembly, localStackUrl, clients.cloudFormation);
  say('cdklocal deploy');
  await deployStacks(assembly, localStackUrl);
  await refuseFakedResources(clients.cloudFormation, stacks);
  await showLatestDeployment(clients.apiGateway, apiOf(assembly).id);
  say('passwords into the secrets of the shards');
  await putPasswords(clients.secretsManager, databases(leftOut), running.passwords);
  say('topics of Kafka');
  await createTopics(running.kafka, topics(leftOut));
  say('migration of the shards');
  await invokeTriggers(clients.lambda, leftOut);
  say('files of the site');
  await uploadSite(clients.s3, assembly, leftOut);
  return outputsOf(clients, stacks);
}

async function createTopics(bootstrapServers: string, declared: readonly TopicDefinition[]): Promise<void> {
  if (!(await isListening(bootstrapServers))) {
    throw new UserError(`Kafka does not answer at ${bootstrapServers}. \`npm run localstack -- logs\` may say why.`);
  }
  const log = createLog({ source: 'topics', terminal: process.stdout });
  const kafka = plaintextKafka({ clientId: 'deployment', bootstrapServers, log });
  for (const topic of declared) await ensureTopic(kafka, topic);
}

async function outputsOf({ cloudFormation }: LocalStackClients, stacks: readonly string[]) {
  const descriptions = await Promise.all(stacks.map((stack) => describeStack(cloudFormation, stack)));
  const outputs = descriptions.flatMap((description) => description?.Outputs ?? []);
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
