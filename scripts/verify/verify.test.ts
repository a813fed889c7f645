import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { UsageError, UserError } from '../../tooling/errors.ts';
import { verify } from './verify.ts';

type Reply = [status: number, body: string];

/** A server in the place of a deployment; whatever it is not told about is a 500. */
async function serverOf(answer: (request: IncomingMessage, body: string) => Reply | undefined): Promise<string> {
  const server = createServer(async (request, response) => {
    const [status, body] = answer(request, await text(request)) ?? [500, '{"error":"It is broken."}'];
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const quiet = { begin: () => {}, result: () => {} };
const settingsOf = (url: string, token?: string) => ({ url, token, operator: false, patienceMs: 100 });
const healthy: Reply = [200, '{"status":"healthy","service":"orderflow-producer","checks":{}}'];

it('says so when nothing answers', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const failure = verify(settingsOf(url), quiet);
  await expect(failure).rejects.toThrow(UserError);
  await expect(failure).rejects.toThrow(`${url} does not answer: ECONNREFUSED.`);
});

it('sends neither order nor token to a server that is something else', async () => {
  const seen: string[] = [];
  const url = await serverOf(({ method, url, headers }) => {
    seen.push(`${method} ${url} ${headers.authorization}`);
    return [200, '<html>'];
  });
  await expect(verify(settingsOf(url, 'a.b.c'), quiet)).rejects.toThrow(UserError);
  expect(seen).toEqual(['GET /health undefined']);
});

it('asks for a token where the deployment does', async () => {
  const url = await serverOf(({ url }) => (url === '/health' ? healthy : [401, '{"error":"Send a token."}']));
  await expect(verify(settingsOf(url), quiet)).rejects.toThrow(UsageError);
  await expect(verify(settingsOf(url), quiet)).rejects.toThrow('--token');
});

it('finds out whom a token stands for by what the deployment lets it do', async () => {
  const claims = { iss: 'https://issuer', sub: '0b6c', client_id: 'shop', name: 'alice', scope: 'a b' };
  const token = `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  const tried: string[] = [];
  const url = await serverOf((request, body) => {
    if (request.url === '/health') return healthy;
    if (request.method !== 'POST' || !body.includes('Who am I')) return undefined;
    const { user_id } = JSON.parse(body);
    tried.push(user_id);
    return user_id === 'alice' ? [201, '{"order":{"id":"the-probe"}}'] : [403, '{"error":"Not yours."}'];
  });
  const { user, results, created } = await verify(settingsOf(url, token), quiet);
  expect(user).toBe('alice');
  expect(tried).toEqual(['shop', 'alice']);
  expect(created).toEqual(['the-probe']);
  // Everything else of this deployment is broken, and nothing hides that.
  expect(results.filter(({ outcome }) => outcome === 'passed').map(({ subject }) => subject)).toEqual(['health']);
});

it('goes on after a failure, and says what it could not check', async () => {
  const url = await serverOf(({ url }) => (url === '/health' ? healthy : undefined));
  const { results, created } = await verify(settingsOf(url), quiet);
  const outcomeOf = (claim: RegExp) => results.find((result) => claim.test(result.claim))?.outcome;
  expect(outcomeOf(/answers 201/)).toBe('failed');
  expect(outcomeOf(/leads to the receipt/)).toBe('unchecked');
  expect(outcomeOf(/quantity 0/)).toBe('failed');
  expect(created).toEqual([]);
});
