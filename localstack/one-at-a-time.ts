import { join } from 'node:path';
import { lockDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';

/**
 * Does what two commands must not do at once: change the assembly, or what is deployed. A command that was killed stands in
 * nobody's way.
 *
 * @param dataDir the folder for everything about LocalStack
 * @throws UserError when another command is at it, or what the work throws
 */
export async function oneAtATime<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const release = await lockDataDir(join(dataDir, 'command')).catch((error: Error) => {
    // With a cause, the folder cannot be written.
    if (!(error instanceof UserError) || error.cause !== undefined) throw error;
    throw new UserError('Another command of `npm run localstack` is at work here. Wait until it is done.', {
      cause: error,
    });
  });
  try {
    return await work();
  } finally {
    await release();
  }
}
