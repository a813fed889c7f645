import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { addressesFileOf } from '../local/addresses.ts';
import { invokeForOperator } from './operator-function.ts';

it('says that a connection was lost, as when the runner is killed, and not that the function was slow', async () => {
  const server = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dataDir = mkdtempSync(join(tmpdir(), 'orderflow-test-'));
  onTestFinished(() => {
    server.close();
    rmSync(dataDir, { recursive: true });
  });
  const aws = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(addressesFileOf(dataDir), JSON.stringify({ aws }));
  await expect(invokeForOperator({ folder: 'move-users', refusals: [] }, {}, { dataDir })).rejects.toThrow(
    'The connection was lost before orderflow-dev-move-users had responded. Whether it did what was asked is not known.',
  );
});
