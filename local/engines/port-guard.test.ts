import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../tooling/log-fixture.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../tooling/sockets.ts';
import { hiddenAddress, startPortGuard } from './port-guard.ts';

/** A guard that stands in front of a server, or of none. */
async function guardOf(serve: ((socket: Socket) => void) | undefined, admits = true) {
  const host = hiddenAddress();
  const guard = await startPortGuard({ addresses: ['127.0.0.1'], port: 0, host, admits: () => admits, log: silentLog });
  onTestFinished(() => guard.stop());
  let served = 0;
  if (serve) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      served += 1;
      serve(socket);
    });
    server.listen(guard.port, host);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
  }
  const client = connect({ port: guard.port, host: '127.0.0.1' });
  onTestFinished(() => void client.destroy());
  await once(client, 'connect');
  return { client, guard, served: () => served };
}

// Other systems have no further loopback addresses.
describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('a guard', () => {
  it('passes on what both sides send, to the end of each', async () => {
    const { client } = await guardOf(async (socket) => socket.end(`got ${(await text(socket)).length}`));
    client.end('x'.repeat(3_000_000));
    expect(await text(client)).toBe('got 3000000');
  });

  it('resets a connection while the server is down', async () => {
    const { client } = await guardOf(undefined);
    const [error] = await once(client, 'error');
    expect(error.code).toBe('ECONNRESET');
  });

  it('resets a connection that the server resets', async () => {
    const { client } = await guardOf((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    client.write('hello');
    const [error] = await once(client, 'error');
    expect(error.code).toBe('ECONNRESET');
  });

  it('leaves a client that it does not admit without a response, and the server does not see it', async () => {
    const { client, guard, served } = await guardOf((socket) => void socket.end('hello'), false);
    const heard: string[] = [];
    client.on('data', (data) => heard.push(String(data)));
    client.on('end', () => heard.push('the end'));
    client.write('hello');
    // A second connection comes and goes meanwhile.
    const other = connect(guard.port, '127.0.0.1').end();
    await once(other, 'close');
    expect({ heard, served: served() }).toEqual({ heard: [], served: 0 });
  });

  it('ends every connection when it stops', async () => {
    const { client, guard } = await guardOf((socket) => void socket.write('hello'));
    await once(client, 'data');
    await Promise.all([guard.stop(), once(client, 'close')]);
  });
});

it('the address of a hidden server is one of loopback, and another each time', () => {
  const addresses = new Set(Array.from({ length: 100 }, hiddenAddress));
  expect([...addresses].filter((address) => !/^127\.\d+\.\d+\.\d+$/.test(address))).toEqual([]);
  expect(addresses.size).toBeGreaterThan(90);
});
