import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { send } from './http-response.ts';
import { serve } from './http-server.ts';

const NOTHING = { statusCode: 200, headers: new Map(), body: Buffer.alloc(0) };

it.each(['X-Any: x', 'Expect: foo'])('a client that is not admitted gets no response, with %s', async (header) => {
  const admits = vi.fn(() => true).mockReturnValueOnce(false);
  const refuse = (statusCode: number) => ({ ...NOTHING, statusCode });
  const server = await serve((_, response) => void send(response, NOTHING), refuse, 0, { admits });
  onTestFinished(() => server.stop());
  const heard: string[] = [];
  const client = connect(server.port, '127.0.0.1', () =>
    client.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`),
  );
  onTestFinished(() => void client.destroy());
  client.on('data', (data) => heard.push(String(data))).on('end', () => heard.push('the end'));
  await vi.waitFor(() => expect(admits).toHaveBeenCalledOnce(), { timeout: 30_000 });
  // Another client comes and goes meanwhile.
  expect((await fetch(server.url)).status).toBe(200);
  expect(heard).toEqual([]);
});

it.each([
  ['names two hosts', 'Host: localhost', 400],
  ['expects something unknown', 'Expect: foo', 417],
])('a request that %s is refused, and its connection ends', async (_, header, status) => {
  const refuse = (statusCode: number) => ({ ...NOTHING, statusCode });
  const server = await serve((_, response) => void send(response, NOTHING), refuse, 0, { admits: async () => true });
  onTestFinished(() => server.stop());
  const client = connect(server.port, '127.0.0.1', () =>
    client.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`),
  );
  onTestFinished(() => void client.destroy());
  let [heard, ended] = ['', false];
  client.on('data', (data) => {
    heard += data;
  });
  client.on('end', () => {
    ended = true;
  });
  // An idle connection stays open for longer.
  await expect.poll(() => ended, { timeout: 30_000 }).toBe(true);
  expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});
