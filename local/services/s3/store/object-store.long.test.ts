import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { ObjectStore } from './object-store.ts';
import type { StoredObject } from './stored.ts';

it('an object is whole or not there at all after kill -9, and what was stored stays', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'killed-store-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const acknowledged of [50, 333, 800]) {
    const stored = await storeUntilKilled(join(dir, 's3'), acknowledged);
    const store = new ObjectStore(join(dir, 's3'));
    const { entries } = store.list('the-bucket', { prefix: '', delimiter: '', after: '', limit: 1000 });
    const objects = entries.flatMap((entry) => ('object' in entry ? entry.object : []));
    for (const object of objects) {
      const version = Number(object.etag);
      // The one after the last that was printed may have been stored, too.
      expect([version, version - 5]).toContain(stored.get(object.key) ?? version);
      expect((await bytesOf(store, object)).equals(Buffer.alloc(object.size, version))).toBe(true);
    }
    expect(objects.map(({ key }) => key)).toEqual(expect.arrayContaining([...stored.keys()]));
    const referenced = objects.flatMap(({ segments = [] }) => segments.map(({ file }) => file));
    expect(readdirSync(join(dir, 's3', 'blobs')).sort()).toEqual(referenced.sort());
    store.close();
  }
});

/** @returns the last version of each key that was printed before the kill */
async function storeUntilKilled(dir: string, acknowledged: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-store-fixture.ts'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > acknowledged) child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  const lines = printed.split('\n').slice(0, -1);
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}

async function bytesOf(store: ObjectStore, object: StoredObject): Promise<Buffer> {
  const bytes = store.read(object);
  return Buffer.isBuffer(bytes) ? bytes : buffer(bytes);
}
