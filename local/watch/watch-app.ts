import { dirname, join, relative, sep } from 'node:path';
import { keysCanBePressed } from '../../tooling/keyboard.ts';
import type { Log } from '../../tooling/log.ts';
import type { Deployment } from '../assembly/deploy.ts';
import type { createServices } from '../services/index.ts';
import type { Settings } from '../settings.ts';
import type { Origins } from '../source.ts';
import { AppReloader } from './app-reloader.ts';
import { FunctionWatcher } from './function-watcher.ts';
import { newPortCheck } from './new-ports.ts';
import { SiteWatcher } from './site-watcher.ts';
import { SourceWatcher } from './source-watcher.ts';
import { isTyped, TypeCheck } from './type-check.ts';

export interface WatchOptions {
  readonly settings: Pick<Settings, 'source' | 'dataDir'>;
  readonly origins: Origins;
  readonly aws: ReturnType<typeof createServices>;
  readonly deployment: Deployment;
  /** Told when parts may have new addresses. */
  readonly publish: () => Promise<void>;
  readonly log: Log;
}

/** What a person can ask of a run that is watched. */
export interface WatchedApp {
  /** Takes in whatever differs from its sources. */
  reload(): Promise<void>;
  /** Does what waits until a person asks for it, such as migrations. */
  runLater(): Promise<void>;
}

/**
 * Keeps a run as its app's sources are, until `cleanup` is disposed.
 *
 * @returns undefined for an assembly that came from elsewhere: nobody knows of its sources
 */
export async function watchApp(options: WatchOptions, cleanup: AsyncDisposableStack): Promise<WatchedApp | undefined> {
  const { settings, origins, aws, deployment, publish, log } = options;
  const { source, dataDir } = settings;
  const { assembly, synthesizer, sourceChanges } = origins;
  if (source.kind === 'assembly' || !synthesizer || !sourceChanges) return undefined;
  const { folder } = source;
  const assemblies = dirname(assembly);
  const { services, lambda, cloudFormation } = aws;
  const sources = new SourceWatcher({ folder, log });
  const functions = new FunctionWatcher({ folder, codeDir: join(dataDir, 'reloaded'), target: lambda, sources, log });
  await functions.start(lambda.bundled());
  const sites = new SiteWatcher({ folder, sites: cloudFormation.sites.values(), log });
  const checkNewPorts = newPortCheck(() => services.ports());
  const reloader = new AppReloader({
    folder,
    assembly,
    synthesizer,
    deployment,
    builders: [functions, sites],
    sourceChanges,
    prepare: async (stacks) => {
      aws.takeStacks(stacks);
      await checkNewPorts();
    },
    settle: async (signal) => {
      await services.start(signal);
      await lambda.followNetwork();
      functions.follow(lambda.bundled());
      sites.follow(cloudFormation.sites.values());
      await publish();
    },
    inUse: () =>
      lambda.list().map(({ definition }) => join(assemblies, firstSegment(relative(assemblies, definition.codeDir)))),
    remedy: keysCanBePressed() ? 'press m' : 'stop npm start and start it again',
    log,
  });
  const types = new TypeCheck({ folder, stateDir: join(dataDir, 'types'), log: log.child('types') });
  sources.listen(async (files) => {
    const typed = files.filter(isTyped);
    // What it checks is the former text, and what is saved is not to wait for it.
    if (typed.length > 0) void types.stop();
    await reloader.saved(files);
    if (typed.length > 0) await types.begin(typed);
  });
  cleanup.defer(() => synthesizer.stop());
  cleanup.defer(() => types.stop());
  cleanup.defer(() => functions.stop());
  cleanup.defer(async () => {
    await reloader.stop();
    await sources.stop();
  });
  await sources.start();
  void reloader
    .catchUp()
    .catch((error: Error) => log.warn('what was saved during the start may have no effect: %s', error.message));
  await synthesizer.warmUp(assembly);
  return {
    reload: () => sources.tellEverything(),
    runLater: () => reloader.runLater(),
  };
}

function firstSegment(path: string): string {
  return path.split(sep, 1)[0] ?? path;
}
