import { join } from 'node:path';
import { programEnvironment } from '../../../tooling/environment.ts';
import type { Log } from '../../../tooling/log.ts';
import { freePort } from '../../../tooling/ports.ts';
import { type Engine, supervise } from '../processes/supervise.ts';

export interface ObjectStoreOptions {
  /** Folder that keeps the buckets between runs. */
  readonly dir: string;
  /** Folder that says which processes use the data folder; see {@link endOrphans}. */
  readonly runDir: string;
  readonly log: Log;
}

export interface ObjectStore extends Engine {
  readonly port: number;
  readonly url: string;
  /** The one key pair that it knows; it also takes unsigned requests, so clients get the AWS endpoint's address only. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Starts the S3 server on any free port of 127.0.0.1. */
export async function startObjectStore({ dir, runDir, log }: ObjectStoreOptions): Promise<ObjectStore> {
  const port = await freePort();
  const server = await supervise({
    name: 's3',
    runDir,
    prepare: async () => ({
      command: process.execPath,
      // It encrypts the tokens of listings in pages with DES, which OpenSSL 3 counts as legacy.
      args: ['--openssl-legacy-provider', join(import.meta.dirname, 'server.ts'), dir, String(port)],
      cwd: import.meta.dirname,
      env: programEnvironment(),
    }),
    isReady: (line) => line.startsWith('listening on '),
    readyWithinMs: 30_000,
    onLine: (line) => (line.startsWith('ERROR ') ? log.error(line) : log.debug(line)),
    stopSignal: 'SIGTERM',
    stopWithinMs: 3_000,
    log,
  });
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return Object.assign(server, { port, url: `http://127.0.0.1:${port}`, credentials });
}
