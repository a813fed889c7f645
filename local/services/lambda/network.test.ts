import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../../tooling/ports.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import { hiddenAddress } from '../../engines/port-guard.ts';
import type { Target } from '../ec2/service.ts';
import { isRunning, startFunction } from './lambda-fixture.ts';

/** Says how connections begin: with an event of the socket within its own time limit. */
const CALLER = `
  import http from 'node:http';
  import net from 'node:net';
  import tls from 'node:tls';
  const outcome = (socket, limitMs) => new Promise((resolve) => {
    for (const event of ['connect', 'timeout']) socket.once(event, () => resolve(event));
    socket.once('error', (error) => resolve(error.code));
    socket.setTimeout(limitMs);
  });
  export const handler = async ({ port, host = '127.0.0.1', limitMs = 200 }) => {
    const sockets = {
      net: net.connect(port, host),
      'net with options': net.connect({ port: String(port), host }),
      tls: tls.connect({ port, host }),
      http: await new Promise((resolve) => http.get({ port, host }).on('socket', resolve).on('error', () => {})),
    };
    const outcomes = Object.entries(sockets).map(async ([name, socket]) => [name, await outcome(socket, limitMs)]);
    const results = Object.fromEntries(await Promise.all(outcomes));
    for (const socket of Object.values(sockets)) socket.on('error', () => {}).destroy();
    return results;
  };`;

const NEVER = { net: 'timeout', 'net with options': 'timeout', tls: 'timeout', http: 'timeout' };

/** A function in an isolated subnet, and a server on this machine that stands for a target. */
async function isolated(target?: Target) {
  const fixture = await startFunction(CALLER, {
    label: 'place-order',
    place: { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
  });
  const { connections, network } = fixture.ec2;
  network.vpcs.set('vpc-1', { id: 'vpc-1', name: 'Network', block: '10.0.0.0/16', defaultGroupId: 'sg-1' });
  network.subnets.set('subnet-1', { id: 'subnet-1', name: 'Network/One', vpcId: 'vpc-1', block: '10.0.0.0/20' });
  network.securityGroups.set('sg-1', { id: 'sg-1', name: 'Group', vpcId: 'vpc-1', egress: [], ingress: [] });
  let connected = 0;
  const server = createServer((socket) => {
    connected += 1;
    socket.on('error', () => {});
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => void server.close());
  if (target) connections.assign(port, target);
  await fixture.ec2.start();
  return { ...fixture, port, connected: () => connected };
}

describe('a function in an isolated subnet', () => {
  it('has no internet: its connections never come about, and the log says why', async () => {
    const { invoke, log } = await isolated();
    // An address of RFC 5737, which belongs to nobody.
    expect((await invoke({ port: 443, host: '192.0.2.1' })).value).toEqual(NEVER);
    expect(log.lines.filter((line) => line.includes('cannot connect'))).toEqual([
      'warn network place-order cannot connect to 192.0.2.1:443: its subnet Network/One has no route to the internet. ' +
        'Choose private subnets with a NAT gateway.',
    ]);
  });

  it('makes no connection to what it does not reach on this machine', async () => {
    const { invoke, port, connected, log } = await isolated({ kind: 'operator', name: 'a port of the operator' });
    expect((await invoke({ port })).value).toEqual(NEVER);
    expect((await invoke({ port, host: 'localhost' })).value).toEqual(NEVER);
    expect(connected()).toBe(0);
    expect(log.lines.filter((line) => line.includes('cannot connect to a port of the operator'))).toHaveLength(1);
  });

  it('connects to servers of its own', async () => {
    const { invoke, port } = await isolated();
    expect((await invoke({ port, limitMs: 60_000 })).value).toEqual({
      net: 'connect',
      'net with options': 'connect',
      tls: 'connect',
      http: 'connect',
    });
  });

  it('ends a function that waits for a connection by its timeout, as on AWS', async () => {
    const code = `import { connect } from 'node:net';
      export const handler = () => new Promise((resolve) => connect(443, '192.0.2.1', resolve));`;
    const place = { vpcId: 'vpc-1', subnetIds: [], securityGroupIds: [] };
    const { invoke, ec2 } = await startFunction(code, { place, timeoutSeconds: 1 });
    ec2.network.vpcs.set('vpc-1', { id: 'vpc-1', name: 'Network', block: '10.0.0.0/16', defaultGroupId: 'sg-1' });
    expect((await invoke()).value).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });
});

describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('a function that reaches a database', () => {
  /** A database behind its guard: each says who it is. */
  async function behindGuard() {
    const fixture = await startFunction(
      `import { connect } from 'node:net';
       import { text } from 'node:stream/consumers';
       const heard = (...to) => text(connect(...to));
       export const handler = async (port) =>
         Promise.all([heard(port, '127.0.0.1'), heard(port), heard({ port, host: 'localhost' })]);`,
    );
    const says = async (text: string, host: string, port?: number) => {
      const server = createServer((socket) => socket.end(text));
      server.listen(port ?? 0, host);
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      return (server.address() as AddressInfo).port;
    };
    const port = await says('guard', '127.0.0.1');
    const host = hiddenAddress();
    await says('database', host, port);
    return { ...fixture, port, host };
  }

  const database = (port: number): Target => ({
    kind: 'private',
    name: 'Data/Orders',
    place: undefined,
    ports: [port],
    public: true,
  });

  it('is connected to it without the guard in between, however it names it', async () => {
    const { invoke, ec2, port, host } = await behindGuard();
    ec2.connections.assignGuarded(port, host, database(port));
    await ec2.start();
    expect((await invoke(port)).value).toEqual(['database', 'database', 'database']);
  });

  it('meets the guard while it is not known whether it reaches it', async () => {
    const { invoke, ec2, port, host } = await behindGuard();
    ec2.connections.assignGuarded(port, host, database(port));
    expect((await invoke(port)).value).toEqual(['guard', 'guard', 'guard']);
  });
});

describe('a function whose network has become another one', () => {
  async function served() {
    const fixture = await startFunction("console.log('begins'); export const handler = async () => process.pid;");
    const { value: former } = await fixture.invoke();
    fixture.ec2.connections.assign(9, { kind: 'operator', name: 'a port of the operator' });
    await fixture.ec2.start();
    const begun = () => fixture.log.lines.filter((line) => line.includes('begins')).length;
    return { ...fixture, former, begun };
  }

  it('gets another environment, which is ready before the next event', async () => {
    const { service, invoke, former, begun } = await served();
    const before = begun();
    await service.followNetwork();
    await expect.poll(begun).toBe(before + 1);
    await expect.poll(() => isRunning(former)).toBe(false);
    expect((await invoke()).value).not.toBe(former);
    expect(begun()).toBe(before + 1);
  });

  it('gets none ahead of an event where that was not asked for', async () => {
    const { service, invoke, former, begun } = await served();
    const before = begun();
    await service.followNetwork(0);
    await expect.poll(() => isRunning(former)).toBe(false);
    expect(begun()).toBe(before);
    expect((await invoke()).value).not.toBe(former);
  });
});
