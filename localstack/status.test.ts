import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { thisProcess } from '../tooling/processes.ts';
import { rememberRunning } from './running.ts';
import { runningFixture } from './running-fixture.ts';
import { status, statusText } from './status.ts';

async function listening<T extends Server>(server: T): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('the status', () => {
  it('says of each part whether it answers, and how the API is', async () => {
    const port = await listening(createTcpServer((socket) => socket.destroy()));
    const api = await listening(
      createServer((_, response) => response.writeHead(503).end(JSON.stringify({ error: 'Deploy it.' }))),
    );
    const dataDir = mkdtempSync(join(tmpdir(), 'status '));
    const running = runningFixture({
      runner: thisProcess(),
      shards: [`127.0.0.1:${port}`, '127.0.0.1:1'],
      apiUrl: `http://127.0.0.1:${api}`,
    });
    await rememberRunning(dataDir, running);
    expect((await status(dataDir)).map(({ part, state, isWell }) => [part, state, isWell])).toEqual([
      ['LocalStack', 'does not respond', false],
      ['shard1', 'up', true],
      ['shard2', 'does not respond', false],
      ['Kafka', 'does not respond', false],
      ['API', 'Deploy it.', false],
    ]);
  });

  it('is a table', () => {
    const parts = [
      { part: 'Kafka', address: '127.0.0.1:9092', state: 'up', isWell: true },
      { part: 'orders', address: 'stack', state: 'not deployed', isWell: false },
    ];
    expect(statusText(parts)).toBe('Kafka   127.0.0.1:9092  up\norders  stack           not deployed');
  });
});
