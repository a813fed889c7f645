import { lookup } from 'node:dns/promises';
import { UserError } from '../tooling/errors.ts';
import { checkPorts } from '../tooling/ports.ts';
import { startInDataDir } from '../tooling/start-in-data-dir.ts';
import type { Terminal } from '../tooling/terminal.ts';
import { timed } from '../tooling/timed.ts';
import { type Addresses, publishAddresses, writeAddresses } from './addresses.ts';
import { Deployment } from './assembly/deploy.ts';
import type { SecretReader } from './assembly/dynamic-references.ts';
import { loadAssembly } from './assembly/load-assembly.ts';
import { createServices } from './services/index.ts';
import { portClaims, type Settings } from './settings.ts';
import { assemblyToRun, claimFolder } from './source.ts';
import { watchApp } from './watch/watch-app.ts';

/** A local run that is up. */
export interface LocalRun {
  /** Where its parts are now: changes in place may add some. */
  readonly addresses: Addresses;
  /** Whether a source of the log is a function. */
  isFunction(source: string): boolean;
  /** Reloads what differs from its sources, and says what that was. */
  reload(): Promise<void>;
  /** Does what waits until a person asks for it, such as migrations. */
  runLater(): Promise<void>;
  /** Ends everything, triggers first and engines last. */
  stop(): Promise<void>;
}

/**
 * Starts the whole system from the synthesized templates.
 *
 * @param signal ends the start early when aborted; whatever was begun is stopped again
 * @throws UserError when a person can mend the cause: a taken port, no Java, an unknown resource type, ...
 */
export async function start(settings: Settings, terminal: Terminal, signal: AbortSignal): Promise<LocalRun> {
  const { dataDir, source } = settings;
  claimFolder(dataDir);
  return startInDataDir({ dataDir, source: 'run', terminal, signal }, async (log, cleanup) => {
    // Before the synthesis, which can take a minute. Of another app nobody knows yet which of them it has.
    if (source.kind === 'own') await timed('ports', () => checkPorts(portClaims(settings.ports)));
    const origins = await timed('templates, synthesized if need be', () => assemblyToRun(settings, log, signal));
    const stacks = loadAssembly(origins.assembly);
    const aws = createServices({ settings, stacks, log });
    const { services } = aws;
    // All of them together, now that the templates are known.
    await checkPorts(services.ports());
    cleanup.defer(() => services.stop());
    await timed('what resources need', () => services.open(signal));
    const readSecret: SecretReader = (...id) => aws.secretsManager.readSecret(...id);
    const deployment = new Deployment(services, { log, readSecret });
    await timed('all resources', () => deployment.apply(stacks, signal));
    await timed('what needs all resources', () => services.start(signal));
    // What ran so far, such as custom resources, may never run again.
    await aws.lambda.followNetwork(0);
    const host = await nameOfLoopback();
    let addresses = addressesOf(aws, host);
    await publishAddresses(dataDir, addresses, cleanup);
    const publish = async () => {
      addresses = addressesOf(aws, host);
      await writeAddresses(dataDir, addresses);
    };
    const watch = () => watchApp({ settings, origins, aws, deployment, publish, log }, cleanup);
    const watched = settings.watch ? await timed('watching sources', watch) : undefined;
    const watching = () => {
      if (watched) return watched;
      throw new UserError('This run takes nothing in: it was started with --no-watch or --assembly.');
    };
    return {
      get addresses() {
        return addresses;
      },
      isFunction: (label) => aws.lambda.hasLabel(label),
      reload: async () => watching().reload(),
      runLater: async () => watching().runLater(),
    };
  });
}

function addressesOf(aws: ReturnType<typeof createServices>, host: string): Addresses {
  const named = (byName: ReadonlyMap<string, string>) =>
    Object.fromEntries([...byName].map(([name, address]) => [name, address.replace('127.0.0.1', host)]));
  return {
    aws: aws.endpoint.url.replace('127.0.0.1', host),
    apis: named(aws.apiGateway.urls),
    sites: named(aws.cloudFront.urls),
    clusters: named(aws.msk.operatorAddresses),
    databases: aws.rds.urls(host),
  };
}

/** `localhost`, unless that name does not lead to 127.0.0.1, where everything listens: it may mean ::1 alone. */
async function nameOfLoopback(): Promise<string> {
  const found = await lookup('localhost', { all: true }).catch(() => []);
  return found.some(({ address }) => address === '127.0.0.1') ? 'localhost' : '127.0.0.1';
}
