import { plaintextKafka } from '../../local/services/msk/kafka-client.ts';
import { ensureTopic, type TopicDefinition } from '../../local/services/msk/topic.ts';
import { UserError } from '../../tooling/errors.ts';
import { createLog } from '../../tooling/log.ts';
import { isListening } from '../../tooling/ports.ts';
import { Terminal } from '../../tooling/terminal.ts';
import { LocalStackApp } from '../assembly/app.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize.ts';
import { clientsOf, requireHealthy } from '../clients.ts';
import { withCommandLock } from '../command-lock.ts';
import type { Running } from '../running.ts';
import { bootstrap, deployStacks, describeStack } from './stacks.ts';
import { assertNothingFaked, invokeTriggers, putPasswords, showLatestDeployment, uploadSite } from './steps.ts';

/**
 * Deploys the app as it is now: by cdklocal, then what CloudFormation would do on AWS. Can be repeated at any time.
 *
 * @param say reports which step begins
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
    // When LocalStack went away meanwhile, that is the cause to name.
    await requireHealthy(localStackUrl);
    throw error;
  }
}

async function deployAlone(dataDir: string, running: Running, say: (step: string) => void) {
  const { localStackUrl } = running;
  const assembly = await synthesizeForLocalStack(dataDir, running.context, { info: say });
  const app = new LocalStackApp(assembly);
  const { apiGateway, cloudFormation, lambda, s3, secretsManager } = clientsOf(localStackUrl);

  say('cdklocal bootstrap');
  await bootstrap(assembly, localStackUrl, cloudFormation);
  say('cdklocal deploy');
  await deployStacks(assembly, localStackUrl);
  await assertNothingFaked(cloudFormation, app.stackNames);
  await showLatestDeployment(apiGateway, app.api.id);
  say("the shards' passwords into their secrets");
  await putPasswords(secretsManager, app.databases, running.passwords);
  say("Kafka's topics");
  await createTopics(running.kafka, app.topics);
  say('the migration of the shards');
  await invokeTriggers(lambda, app);
  say("the site's files");
  await uploadSite(s3, app);

  const stacks = await Promise.all(app.stackNames.map((name) => describeStack(cloudFormation, name)));
  const outputs = stacks.flatMap((stack) => stack?.Outputs ?? []);
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

async function createTopics(bootstrapServers: string, declared: readonly TopicDefinition[]): Promise<void> {
  if (!(await isListening(bootstrapServers))) {
    throw new UserError(`Kafka does not respond at ${bootstrapServers}. \`npm run localstack -- logs\` may show why.`);
  }
  const log = createLog({ source: 'topics', terminal: new Terminal(process.stdout) });
  const kafka = plaintextKafka({ clientId: 'deployment', bootstrapServers });
  for (const topic of declared) await ensureTopic(kafka, topic, log);
}
