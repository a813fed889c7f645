import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { loadAssembly } from '../local/assembly/load-assembly.ts';
import { publishedAssembly } from './assembly/synthesize-for-localstack.ts';
import { clientsOf } from './deploy/clients.ts';
import { isHealthy } from './emulator/health.ts';
import { type Running, requireRunning } from './running.ts';

const TIMEOUT_MS = 5_000;

/** Something that is asked for its state. */
export interface PartStatus {
  readonly part: string;
  readonly address: string;
  readonly state: string;
  readonly isWell: boolean;
}

/**
 * Asks every part and every stack how it is.
 *
 * @throws UserError when nothing is up
 */
export async function status(dataDir: string): Promise<PartStatus[]> {
  const running = await requireRunning(dataDir);
  const localStackIsUp = await isHealthy(running.localStackUrl);
  const parts = await Promise.all([
    partOf('LocalStack', running.localStackUrl, localStackIsUp),
    ...running.shards.map(async (address, index) => partOf(`shard${index + 1}`, address, await answers(address))),
    (async () => partOf('Kafka', running.kafka, await answers(running.kafka)))(),
    apiStatus(running),
  ]);
  return [...parts, ...(localStackIsUp ? await stackStatus(dataDir, running) : [])];
}

/** The status as a table, one line for each part. */
export function statusText(parts: readonly PartStatus[]): string {
  const width = (key: 'part' | 'address') => Math.max(...parts.map((each) => each[key].length));
  const [partWidth, addressWidth] = [width('part'), width('address')];
  return parts
    .map(({ part, address, state }) => `${part.padEnd(partWidth)}  ${address.padEnd(addressWidth)}  ${state}`)
    .join('\n');
}

function partOf(part: string, address: string, isWell: boolean): PartStatus {
  return { part, address, state: isWell ? 'up' : 'does not answer', isWell };
}

/** The front door and the API behind it. */
async function apiStatus({ apiUrl }: Running): Promise<PartStatus> {
  const named = { part: 'API', address: apiUrl };
  try {
    const response = await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { status: health, error } = (await response.json()) as { status?: string; error?: string };
    return { ...named, state: health ?? error ?? `answers ${response.status}`, isWell: response.ok };
  } catch (error) {
    return { ...named, state: `does not answer: ${(error as Error).message}`, isWell: false };
  }
}

async function stackStatus(dataDir: string, { localStackUrl }: Running): Promise<PartStatus[]> {
  const assembly = publishedAssembly(dataDir);
  if (!existsSync(assembly)) return [];
  const { cloudFormation } = clientsOf(localStackUrl);
  return Promise.all(
    loadAssembly(assembly).map(async ({ name }) => {
      const state = await cloudFormation.send(new DescribeStacksCommand({ StackName: name })).then(
        ({ Stacks }) => Stacks?.[0]?.StackStatus ?? 'unknown',
        () => 'not deployed',
      );
      return { part: name, address: 'stack', state, isWell: state.endsWith('_COMPLETE') };
    }),
  );
}

function answers(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TIMEOUT_MS, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
