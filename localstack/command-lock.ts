import { join } from 'node:path';
import { DataDirInUseError, lockDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';

/**
 * Does what two commands must not do at once: change the assembly, or what is deployed. The lock of a command that was killed
 * is taken over.
 *
 * @param dataDir the folder for everything about LocalStack
 * @throws UserError when another command holds the lock, or what the work throws
 */
export async function withCommandLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const release = await lockDataDir(join(dataDir, 'command')).catch((error: Error) => {
    if (!(error instanceof DataDirInUseError)) throw error;
    throw new UserError('Another `npm run localstack` command is at work. Wait until it is done.', { cause: error });
  });
  try {
    return await work();
  } finally {
    await release();
  }
}
