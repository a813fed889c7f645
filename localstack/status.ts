import { existsSync } from 'node:fs';
import { Admin, findErrorBy } from '@platformatic/kafka';
import { guarded, plaintextKafka } from '../local/services/msk/kafka-client.ts';
import { isListening } from '../tooling/ports.ts';
import { tableLines } from '../tooling/table.ts';
import { LocalStackApp } from './assembly/app.ts';
import { publishedAssembly } from './assembly/synthesize.ts';
import { clientsOf, isHealthy } from './clients.ts';
import { describeStack, isComplete } from './deploy/stacks.ts';
import { type Running, requireRunning } from './running.ts';

/** LocalStack loads its API Gateway when it is first called, which takes seconds. */
const API_TIMEOUT_MS = 20_000;

export interface PartStatus {
  readonly part: string;
  readonly address: string;
  readonly state: string;
  readonly isWell: boolean;
}

/** Asks every part and every stack how it is. @throws UserError when nothing is up */
export async function status(dataDir: string): Promise<PartStatus[]> {
  const running = await requireRunning(dataDir);
  const [localStack, kafka, api, ...shards] = await Promise.all([
    isHealthy(running.localStackUrl).then((isUp) => partOf('LocalStack', running.localStackUrl, isUp)),
    isListening(running.kafka).then((isUp) => partOf('Kafka', running.kafka, isUp)),
    apiStatus(running),
    ...running.shards.map(async (address, index) => partOf(`shard${index + 1}`, address, await isListening(address))),
  ]);
  const assembly = publishedAssembly(dataDir);
  const app = existsSync(assembly) ? new LocalStackApp(assembly) : undefined;
  return [
    localStack,
    ...shards,
    kafka,
    ...(app && kafka.isWell ? await bridgeStatus(app, running) : []),
    api,
    ...(app && localStack.isWell ? await stackStatus(app, running) : []),
  ];
}

/** The status as a table, one line for each part. */
export function statusText(parts: readonly PartStatus[]): string {
  return tableLines(parts.map(({ part, address, state }) => [part, address, state])).join('\n');
}

function partOf(part: string, address: string, isWell: boolean): PartStatus {
  return { part, address, state: isWell ? 'up' : 'does not respond', isWell };
}

async function apiStatus({ apiUrl }: Running): Promise<PartStatus> {
  const named = { part: 'API', address: apiUrl };
  try {
    const response = await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(API_TIMEOUT_MS) });
    const { status: health, error } = (await response.json()) as { status?: string; error?: string };
    return { ...named, state: health ?? error ?? `responds with ${response.status}`, isWell: response.ok };
  } catch (error) {
    return { ...named, state: `does not respond: ${(error as Error).message}`, isWell: false };
  }
}

/** The bridge cannot be asked, but Kafka knows whether it reads. */
async function bridgeStatus(
  { eventSourceMappings: mappings }: LocalStackApp,
  { kafka }: Running,
): Promise<PartStatus[]> {
  const admin = guarded(new Admin(plaintextKafka({ clientId: 'status', bootstrapServers: kafka })));
  try {
    return await Promise.all(
      mappings.map(async ({ topic, consumerGroupId }) => {
        const isWell = await hasMembers(admin, consumerGroupId);
        return { part: 'bridge', address: topic, state: isWell ? 'reads' : 'does not read', isWell };
      }),
    );
  } finally {
    await admin.close();
  }
}

async function hasMembers(admin: Admin, groupId: string): Promise<boolean> {
  try {
    const groups = await admin.describeGroups({ groups: [groupId] });
    return (groups.get(groupId)?.members.size ?? 0) > 0;
  } catch (error) {
    if (findErrorBy(error as Error, 'apiId', 'GROUP_ID_NOT_FOUND')) return false;
    throw error;
  }
}

async function stackStatus({ stackNames }: LocalStackApp, { localStackUrl }: Running): Promise<PartStatus[]> {
  const { cloudFormation } = clientsOf(localStackUrl);
  return Promise.all(
    stackNames.map(async (name) => {
      const stack = await describeStack(cloudFormation, name);
      return { part: name, address: 'stack', state: stack?.StackStatus ?? 'not deployed', isWell: isComplete(stack) };
    }),
  );
}
