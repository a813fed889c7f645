import { rename, writeFile } from 'node:fs/promises';
import { objectWriter } from '../../local/services/lambda/event-source-mapping/object-writer.ts';
import type { Log } from '../../tooling/log.ts';
import { settlesWithin } from '../../tooling/timing.ts';
import { CREDENTIALS } from '../clients.ts';
import { AssemblyWatch, type SourcedMapping } from './assembly-watch.ts';
import { connectLambda } from './lambda-connection.ts';
import { MappingPollers } from './mapping-pollers.ts';

/** How often the bridge looks for a changed assembly and missing topics, and writes its health file. */
export const LOOK_EVERY_MS = 2_000;

export interface BridgeOptions {
  /** Folder of the cloud assembly. Need not exist yet. */
  readonly assembly: string;
  /** LocalStack, such as `http://localhost:4566`. Need not be up yet. */
  readonly localStackUrl: string;
  /** Written after every look: when it is old, the bridge hangs. */
  readonly healthFile?: string;
  readonly log: Log;
}

/**
 * Runs the Kafka event source mappings that LocalStack lacks, as AWS does, against the functions in LocalStack. It follows
 * changes of the assembly, and waits for whatever is missing: assembly, brokers, topics, LocalStack.
 *
 * @throws the system's error when the health file cannot be written
 */
export async function startBridge(options: BridgeOptions): Promise<{ stop(): Promise<void> }> {
  const { assembly, localStackUrl, healthFile, log } = options;
  const watch = new AssemblyWatch(assembly, log);
  const lambda = connectLambda(localStackUrl);
  const pollers = new MappingPollers(lambda.invoke, objectWriter(localStackUrl, CREDENTIALS), log);
  const stopping = Promise.withResolvers<void>();
  let stopped = false;

  const showLife = async () => {
    if (healthFile === undefined) return;
    // Whole at any moment: whoever reads it must not find it empty.
    const draft = `${healthFile}.draft`;
    await writeFile(draft, `${new Date().toISOString()}\n`);
    await rename(draft, healthFile);
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
