import { writeFile } from 'node:fs/promises';
import { settlesWithin } from '../../local/services/lambda/event-source-mapping/timing.ts';
import type { Log } from '../../tooling/log.ts';
import { AssemblyWatch, type SourcedMapping } from './assembly-watch.ts';
import { connectLambda } from './lambda-connection.ts';
import { MappingPollers } from './mapping-pollers.ts';

/** How often the bridge looks whether the assembly has changed and missing topics have come, and gives its sign of life. */
export const LOOK_EVERY_MS = 2_000;

export interface BridgeOptions {
  /** Folder of the cloud assembly; need not be there yet. */
  readonly assembly: string;
  /** Where LocalStack listens, such as `http://localhost:4566`; need not be there yet. */
  readonly localStackUrl: string;
  /** Written anew after every look: one that has become old says that the bridge hangs. */
  readonly healthFile?: string;
  readonly log: Log;
}

/**
 * Runs the Kafka event source mappings that the assembly leaves out, as AWS does, against the functions in LocalStack. It
 * follows the assembly when that is written anew, and waits for whatever is not there: assembly, brokers, topics, LocalStack.
 *
 * @throws the system's error when the health file cannot be written
 */
export async function startBridge(options: BridgeOptions): Promise<{ stop(): Promise<void> }> {
  const { assembly, localStackUrl, healthFile, log } = options;
  const watch = new AssemblyWatch(assembly, log);
  const lambda = connectLambda(localStackUrl);
  const pollers = new MappingPollers(lambda.invoke, log);
  const stopping = Promise.withResolvers<void>();
  let stopped = false;

  const showLife = async () => {
    if (healthFile !== undefined) await writeFile(healthFile, `${new Date().toISOString()}\n`);
  };
  const keepLooking = async () => {
    let mappings: readonly SourcedMapping[] = [];
    while (!stopped) {
      mappings = watch.look() ?? mappings;
      await pollers.follow(mappings);
      await showLife().catch((error: Error) => log.warn(error.message));
      await settlesWithin(LOOK_EVERY_MS, stopping.promise);
    }
  };

  await showLife();
  const looking = keepLooking();
  return {
    stop: async () => {
      stopped = true;
      stopping.resolve();
      await looking;
      await pollers.stop();
      lambda.close();
    },
  };
}
