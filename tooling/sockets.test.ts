import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopback } from './ports.ts';
import { parentsOfProcesses } from './processes.ts';
import { PeerFinder, SOCKET_OWNERS_ARE_KNOWN, socketsOf, tcpSockets } from './sockets.ts';

const peerAmong = (socket: Socket, pids: readonly number[]) => new PeerFinder(() => pids).peerOf(socket);

/** A server, and the next connection that comes in. */
async function listening(host?: string) {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  const port = host === undefined ? await listenOnLoopback(server) : await listenOn(server, host);
  const nextConnection = async () => {
    const [socket] = (await once(server, 'connection')) as [Socket];
    onTestFinished(() => {
      socket.destroy();
    });
    return socket;
  };
  return { port, nextConnection };
}

async function listenOn(server: ReturnType<typeof createServer>, host: string): Promise<number> {
  await once(server.listen(0, host), 'listening');
  return (server.address() as { port: number }).port;
}

function run(script: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore', detached: true });
  onTestFinished(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  });
  return child;
}

describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('the process at the other end of a connection', () => {
  it('is found among others', async () => {
    const { port, nextConnection } = await listening();
    const client = connect(port, '127.0.0.1');
    onTestFinished(() => {
      client.destroy();
    });
    const socket = await nextConnection();
    expect(await peerAmong(socket, [1, process.pid])).toBe(process.pid);
    expect(await peerAmong(socket, [1])).toBe(1); // from which all descend
    expect(await peerAmong(socket, [run('setInterval(() => {}, 1000)').pid as number])).toBe('other');
  });

  it('is found through an IPv6 socket, too', async () => {
    const { port, nextConnection } = await listening('::1');
    const client = connect(port, '::1');
    onTestFinished(() => {
      client.destroy();
    });
    expect(await peerAmong(await nextConnection(), [process.pid])).toBe(process.pid);
    const mapped = await listening();
    const other = connect(mapped.port, '::ffff:127.0.0.1');
    onTestFinished(() => {
      other.destroy();
    });
    expect(await peerAmong(await mapped.nextConnection(), [process.pid])).toBe(process.pid);
  });

  it('is found by the process that has started it', async () => {
    const { port, nextConnection } = await listening();
    const connectTo = `require('node:net').connect(${port}, '127.0.0.1')`;
    const parent = run(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(connectTo)}]); setInterval(() => {}, 1000)`,
    );
    const socket = await nextConnection();
    expect(await peerAmong(socket, [parent.pid as number])).toBe(parent.pid);
  });

  it.runIf(spawnSync('unshare', ['-U', 'true']).status === 0)(
    'is found by its user namespace when it left its parents',
    async () => {
      const { port, nextConnection } = await listening();
      const daemon = `setInterval(() => {}, 1000); require('node:net').connect(${port}, '127.0.0.1')`;
      // The subshell ends at once, and the process gets another parent.
      const script = `(setsid "$0" -e "$1" & echo $! >&2) && exec sleep 600`;
      const sandbox = spawn('unshare', ['-U', 'sh', '-c', script, process.execPath, daemon], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [pid] = await once(sandbox.stderr, 'data');
      onTestFinished(() => {
        sandbox.kill('SIGKILL');
        process.kill(Number(pid), 'SIGKILL');
      });
      const socket = await nextConnection();
      expect(parentsOfProcesses().get(Number(pid))).not.toBe(sandbox.pid);
      expect(await peerAmong(socket, [sandbox.pid as number])).toBe(sandbox.pid);
    },
  );

  it('is unknown once it has left', async () => {
    const { port, nextConnection } = await listening();
    const client = connect(port, '127.0.0.1');
    const socket = await nextConnection();
    client.destroy();
    await expect.poll(() => peerAmong(socket, [process.pid])).toBe('gone');
  });
});

it.runIf(SOCKET_OWNERS_ARE_KNOWN)('a listening socket is known with its address and its process', async () => {
  const { port } = await listening();
  const found = (await tcpSockets()).filter(({ local, listens }) => listens && local === `127.0.0.1:${port}`);
  expect(found).toMatchObject([{ inode: expect.any(String) }]);
  expect(socketsOf(process.pid)).toContain(found[0]?.inode);
});
