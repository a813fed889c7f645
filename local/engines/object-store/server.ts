import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import S3rver from '@20minutes/s3rver';
import { DurableStore } from './durable-store.ts';

/**
 * The S3 server, as a process of its own: `server.ts <folder> <port>`. It ends when its starter does, because the pipe on
 * its input is closed then.
 */
const [dir = '', port = '0'] = process.argv.slice(2);
mkdirSync(dir, { recursive: true });
const store = new DurableStore(dir);
await store.removeDrafts();

const app = new S3rver({
  directory: dir,
  silent: true,
  // On loopback a Host header names no bucket.
  vhostBuckets: false,
  // It computes other signatures than today's SDKs for addresses of buckets. Who may do what is the AWS endpoint's to decide.
  allowMismatchedSignatures: true,
});
app.store = store;
app.context.store = store;
app.on('error', (error: Error & { status?: number }) => {
  if ((error.status ?? 500) >= 500) console.error(`ERROR ${error.stack}`);
});

const server = await app.listen(Number(port), '127.0.0.1');
console.log(`listening on ${(server.address() as AddressInfo).port}`);

process.stdin.resume();
await Promise.race([once(process, 'SIGTERM'), once(process.stdin, 'close')]);
process.exit();
