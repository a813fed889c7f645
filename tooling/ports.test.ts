import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from './errors.ts';
import { checkPorts, freePort, isListening, listenAtEach } from './ports.ts';

async function listen(host: string): Promise<number> {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as { port: number }).port;
}

describe('listening at each address of localhost', () => {
  const BOTH = ['127.0.0.1', '::1'];

  it('has one port at all of them', async () => {
    const { port, servers } = await listenAtEach(BOTH, 0, createServer);
    onTestFinished(() => {
      for (const server of servers) server.close();
    });
    const addresses = servers.map((server) => server.address() as AddressInfo);
    expect(addresses).toMatchObject(BOTH.map((address) => ({ address, port })));
  });

  it('fails as a whole when the port is taken at one', async () => {
    const port = await listen('::1');
    await expect(listenAtEach(BOTH, port, createServer)).rejects.toThrow('EADDRINUSE');
    await expect.poll(() => isListening(`127.0.0.1:${port}`)).toBe(false);
  });
});

const claim = (port: number) => ({
  port,
  part: 'shard1',
  flag: '--postgres-port',
  variable: 'ORDERFLOW_POSTGRES_PORT',
});

describe('the check for free ports', () => {
  it.each(['127.0.0.1', '0.0.0.0'])('finds a server on %s', async (host) => {
    await expect(checkPorts([claim(await listen(host))])).rejects.toThrow('is taken');
  });

  it('takes a port as free when nobody listens, and 0 as no claim', async () => {
    await checkPorts([claim(await freePort()), claim(0)]);
  });

  it('names the port, who wanted it and what changes it', async () => {
    const [first, second] = [await listen('127.0.0.1'), await listen('127.0.0.1')];
    const sentence = (port: number) =>
      `Port ${port}, wanted by shard1, is taken: stop what listens there, or choose another with --postgres-port or ORDERFLOW_POSTGRES_PORT.`;
    await expect(checkPorts([claim(first), claim(await freePort()), claim(second)])).rejects.toThrow(
      new UserError(`${sentence(first)}\n${sentence(second)}`),
    );
  });

  it('finds a port that two parts want, and one that does not exist', async () => {
    const other = { ...claim(40_000), part: 'Kafka', flag: '--kafka-port' };
    await expect(checkPorts([claim(40_000), other])).rejects.toThrow(
      new UserError('Port 40000 is wanted by shard1 and Kafka: change --postgres-port or --kafka-port.'),
    );
    await expect(checkPorts([claim(65_536)])).rejects.toThrow('65535 is the last: lower --postgres-port');
  });

  it('hands out no port twice', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, freePort));
    expect(new Set(ports).size).toBe(20);
  });
});
