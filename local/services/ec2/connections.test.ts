import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { listenOnLoopback } from '../../../tooling/ports.ts';
import { PeerFinder, SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import { startFunction } from '../lambda/lambda-fixture.ts';
import type { Place, Target } from './service.ts';

/** Connects to a port, itself or in a process that it starts, and returns what it hears. */
const CALLER = `
  import { execFileSync } from 'node:child_process';
  const ask = (port) => \`
    const socket = require('node:net').connect(\${port}, '127.0.0.1');
    socket.on('data', (data) => process.stdout.write(data));
  \`;
  export const handler = async ({ port, inChild }) => {
    if (inChild) return String(execFileSync(process.execPath, ['-e', ask(port)]));
    const { connect } = await import('node:net');
    const { text } = await import('node:stream/consumers');
    return text(connect(port, '127.0.0.1'));
  };`;

/** A function, and a listener that says whether it admits whoever connects. */
async function functionAndListener(place?: Place) {
  const fixture = await startFunction(CALLER, { label: 'place-order', ...(place && { place }) });
  const { connections, network } = fixture.ec2;
  network.vpcs.set('vpc-1', { id: 'vpc-1', name: 'Network', block: '10.0.0.0/16', defaultGroupId: 'sg-1' });
  network.subnets.set('subnet-1', { id: 'subnet-1', name: 'Network/One', vpcId: 'vpc-1', block: '10.0.0.0/20' });
  const group = { id: 'sg-1', name: 'Group', vpcId: 'vpc-1', egress: [], ingress: [] };
  network.securityGroups.set('sg-1', group);
  const target: Target = { kind: 'private', name: 'Data/Orders', place: PLACE, ports: [5432] };
  const server = createServer(async (socket) =>
    socket.end((await connections.admits(socket, target)) ? 'welcome' : 'refused'),
  );
  const port = await listenOnLoopback(server);
  onTestFinished(() => void server.close());
  return { ...fixture, port, target, group };
}

const PLACE: Place = { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };

describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('a connection to a database', () => {
  it.each([false, true])(
    'is refused to a function without a rule, once in the log; in a process of its own: %s',
    async (inChild) => {
      const { invoke, port, log } = await functionAndListener(PLACE);
      expect(await invoke({ port, inChild })).toMatchObject({ value: 'refused' });
      expect(await invoke({ port, inChild })).toMatchObject({ value: 'refused' });
      expect(log.lines.filter((line) => line.includes('cannot connect'))).toEqual([
        'warn network place-order cannot connect to Data/Orders: on port 5432, security group Group lets nothing out to it, ' +
          'and security group Group lets nothing in from place-order. ' +
          'Write `placeOrder.connections.allowTo(orders, Port.tcp(5432))` in the CDK app.',
      ]);
    },
  );

  it('is refused, and the log says so, while the system does not tell whose it is', async () => {
    const failure = new Error('EMFILE: too many open files');
    const lookUp = vi.spyOn(PeerFinder.prototype, 'peerOf').mockRejectedValue(failure);
    onTestFinished(() => lookUp.mockRestore());
    const { invoke, port, log } = await functionAndListener(PLACE);
    expect(await invoke({ port })).toMatchObject({ value: 'refused' });
    expect(log.lines).toContain(
      'warn network a connection gets no response, since it is not known whose it is: EMFILE: too many open files',
    );
  });

  it('is refused to a function outside the VPC', async () => {
    const { invoke, port } = await functionAndListener();
    expect(await invoke({ port })).toMatchObject({ value: 'refused' });
  });

  it('is open to a function with rules, as soon as there are', async () => {
    const { invoke, port, group } = await functionAndListener(PLACE);
    expect(await invoke({ port })).toMatchObject({ value: 'refused' });
    const rule = { protocol: 'tcp', fromPort: 5432, toPort: 5432, peer: { group: 'sg-1' } };
    group.egress.push(rule as never);
    group.ingress.push(rule as never);
    expect(await invoke({ port })).toMatchObject({ value: 'welcome' });
  });

  it('is open to whoever is no function', async () => {
    const { invoke, port } = await functionAndListener(PLACE);
    await invoke({ port });
    expect(await text(connect(port, '127.0.0.1'))).toBe('welcome');
  });

  it('is refused when its client is gone, and could have been a function', async () => {
    const { invoke, port, ec2, target } = await functionAndListener(PLACE);
    await invoke({ port });
    const server = createServer();
    const client = connect(await listenOnLoopback(server), '127.0.0.1');
    onTestFinished(() => void server.close());
    const [socket] = await once(server, 'connection');
    client.destroy();
    await once(client, 'close');
    expect(await ec2.connections.admits(socket, target)).toBe(false);
  });
});
