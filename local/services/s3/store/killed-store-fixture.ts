import { writeSync } from 'node:fs';
import { ObjectStore } from './object-store.ts';

/** For object-store.long.test.ts: stores objects without end, small and large ones, and prints each key once it is stored. */
const [dir = ''] = process.argv.slice(2);
const store = new ObjectStore(dir);
store.createBucket('the-bucket');
const checksum = { algorithm: 'CRC32', type: 'FULL_OBJECT', value: 'AAAAAA==' } as const;

async function write(writer: number, size: number): Promise<never> {
  for (let version = 1; ; version++) {
    // A few keys, again and again, so that objects are replaced as well.
    const key = `${writer}/${version % 5}`;
    const content = await store.receive([Buffer.alloc(size / 2, version), Buffer.alloc(size / 2, version)]);
    store.put('the-bucket', key, { content, etag: String(version), checksum, headers: {} });
    // Not `process.stdout`: what it still has to write goes with the process.
    writeSync(1, `${key} ${version}\n`);
  }
}

await Promise.all([write(1, 600), write(2, 1_000_000), write(3, 400_000)]);
