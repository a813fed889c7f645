import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { UserError } from '../tooling/errors.ts';
import type { Log } from '../tooling/log.ts';
import { checkPorts } from '../tooling/ports.ts';
import { startInDataDir } from '../tooling/start-in-data-dir.ts';
import type { Terminal } from '../tooling/terminal.ts';
import { timed } from '../tooling/timed.ts';
import { type Addresses, publishAddresses } from './addresses.ts';
import { deploy } from './assembly/deploy.ts';
import type { SecretReader } from './assembly/dynamic-references.ts';
import type { CloudFormation } from './services/cloudformation/service.ts';
import { createServices } from './services/index.ts';
import type { Lambda } from './services/lambda/service.ts';
import { portClaims, type Settings } from './settings.ts';
import { claimFolder, readStacksToRun } from './source.ts';
import { FunctionWatcher } from './watch/function-watcher.ts';
import { SiteWatcher } from './watch/site-watcher.ts';
import { SourceWatcher } from './watch/source-watcher.ts';
import { isTyped, TypeCheck } from './watch/type-check.ts';

/** A local run that is up. */
export interface LocalRun {
  readonly addresses: Addresses;
  /** Whether a source of the log is a function. */
  isFunction(source: string): boolean;
  /** Reloads what differs from its sources, and says what that was. */
  reload(): Promise<void>;
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
    const stacks = await timed('templates, synthesized if need be', () => readStacksToRun(settings, log, signal));
    const { services, ...aws } = createServices({ settings, stacks, log });
    // All of them together, now that the templates are known.
    await checkPorts(services.ports());
    cleanup.defer(() => services.stop());
    await timed('what resources need', () => services.open(signal));
    const readSecret: SecretReader = (...id) => aws.secretsManager.readSecret(...id);
    await timed('all resources', () => deploy(stacks, services, { log, signal, readSecret }));
    await timed('what needs all resources', () => services.start(signal));
    const host = await nameOfLoopback();
    const named = (byName: ReadonlyMap<string, string>) =>
      Object.fromEntries([...byName].map(([name, address]) => [name, address.replace('127.0.0.1', host)]));
    const addresses: Addresses = {
      aws: aws.endpoint.url.replace('127.0.0.1', host),
      apis: named(aws.apiGateway.urls),
      sites: named(aws.cloudFront.urls),
      clusters: named(aws.msk.operatorAddresses),
      databases: aws.rds.urls(host),
    };
    await publishAddresses(dataDir, addresses, cleanup);
    const sources = settings.watch
      ? await timed('watching sources', () => watchSources(settings, { ...aws, log }, cleanup))
      : undefined;
    return {
      addresses,
      isFunction: (label) => aws.lambda.hasLabel(label),
      reload: async () => {
        if (sources === undefined)
          throw new UserError('This run reloads nothing: it was started with --no-watch or --assembly.');
        await sources.tellEverything();
      },
    };
  });
}

/** Reloads functions and sites when their sources change, where it is known how they are built. @returns undefined where the sources are not known */
async function watchSources(
  { source, dataDir }: Settings,
  { lambda, cloudFormation, log }: { lambda: Lambda; cloudFormation: CloudFormation; log: Log },
  cleanup: AsyncDisposableStack,
): Promise<SourceWatcher | undefined> {
  if (source.kind === 'assembly') return undefined;
  const { folder } = source;
  const sources = new SourceWatcher({ folder, log });
  const functions = new FunctionWatcher({ folder, codeDir: join(dataDir, 'reloaded'), target: lambda, sources, log });
  await functions.start(lambda.bundled());
  const sites = new SiteWatcher({ folder, sites: cloudFormation.sites, log });
  const types = new TypeCheck({ folder, stateFile: join(dataDir, 'types.tsbuildinfo'), log: log.child('types') });
  sources.listen(async (files) => {
    await functions.reload(files);
    if (files.some(isTyped)) await types.begin();
  });
  sources.listen((files) => sites.reload(files));
  cleanup.defer(() => types.stop());
  cleanup.defer(() => functions.stop());
  cleanup.defer(() => sources.stop());
  await sources.start();
  return sources;
}

/** `localhost`, unless that name does not lead to 127.0.0.1, where everything listens: it may mean ::1 alone. */
async function nameOfLoopback(): Promise<string> {
  const found = await lookup('localhost', { all: true }).catch(() => []);
  return found.some(({ address }) => address === '127.0.0.1') ? 'localhost' : '127.0.0.1';
}
