import { lookup } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../tooling/log.ts';
import { assembliesOf, REPOSITORY } from '../tooling/paths.ts';
import { checkPorts } from '../tooling/ports.ts';
import { startInDataDir } from '../tooling/start-in-data-dir.ts';
import { type Addresses, publishAddresses } from './addresses.ts';
import { deploy } from './assembly/deploy.ts';
import { loadAssembly } from './assembly/load-assembly.ts';
import { removeOtherAssemblies, synthesize } from './assembly/synthesize.ts';
import type { Stack } from './assembly/template.ts';
import { createServices } from './services/index.ts';
import { portClaims, type Settings } from './settings.ts';

/** A local run that is up. */
export interface LocalRun {
  readonly addresses: Addresses;
  /** Ends everything, triggers first and engines last. */
  stop(): Promise<void>;
}

/**
 * Starts the whole system from the synthesized templates.
 *
 * @param signal ends the start early when aborted; whatever was begun is stopped again
 * @throws UserError when a person can mend the cause: a taken port, no Java, an unknown resource type, ...
 */
export async function start(
  settings: Settings,
  terminal: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<LocalRun> {
  const { dataDir } = settings;
  return startInDataDir({ dataDir, source: 'orderflow', terminal, signal }, async (log, cleanup) => {
    // Before the synthesis, which can take a minute.
    await checkPorts(portClaims(settings.ports));
    const stacks = await readTemplates(settings, log, signal);
    const { services, ...aws } = createServices({ settings, stacks, log });
    // All of them together, now that the further shards are known.
    await checkPorts(services.ports());
    cleanup.defer(() => services.stop());
    await services.open(signal);
    await deploy(stacks, services, { log, signal, readSecret: (...id) => aws.secretsManager.readSecret(...id) });
    await services.start(signal);
    const host = await nameOfLoopback();
    const named = (address: string) => address.replace('127.0.0.1', host);
    const addresses: Addresses = {
      api: named(aws.apiGateway.url),
      site: named(aws.cloudFront.url),
      aws: named(aws.endpoint.url),
      kafka: named(aws.msk.operatorAddress),
      databases: aws.rds.urls(host),
    };
    await publishAddresses(dataDir, addresses, cleanup);
    return { addresses };
  });
}

async function readTemplates({ dataDir, context }: Settings, log: Log, signal: AbortSignal): Promise<Stack[]> {
  // The functions' code lies below this project's package.json, whose "type" must not reach it.
  await writeFile(join(dataDir, 'package.json'), '{}');
  const assembly = await synthesize({ repository: REPOSITORY, dir: assembliesOf(dataDir), context, log, signal });
  await removeOtherAssemblies(assembly);
  return loadAssembly(assembly);
}

/** `localhost`, unless that name does not lead to 127.0.0.1, where everything listens: it may mean ::1 alone. */
async function nameOfLoopback(): Promise<string> {
  const found = await lookup('localhost', { all: true }).catch(() => []);
  return found.some(({ address }) => address === '127.0.0.1') ? 'localhost' : '127.0.0.1';
}
