import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { UsageError, UserError } from '../../tooling/errors.ts';
import { findDeployment } from './deployment.ts';

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

const settingsOf = (url: string, token?: string) => ({ url, token, operator: false, patienceSeconds: 1 });
const healthy: Reply = [200, '{"status":"healthy","service":"orderflow-producer","checks":{}}'];
const page: Reply = [200, '{"orders":[],"count":0}'];
const forbidden: Reply = [403, '{"error":"Not yours."}'];

it('says so when nothing responds', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const failure = findDeployment(settingsOf(url));
  await expect(failure).rejects.toThrow(UserError);
  await expect(failure).rejects.toThrow(`${url} does not respond: ECONNREFUSED.`);
});

it('sends neither order nor token to a server that is something else', async () => {
  const seen: string[] = [];
  const url = await serverOf(({ method, url, headers }) => {
    seen.push(`${method} ${url} ${headers.authorization}`);
    return [200, '<html>'];
  });
  await expect(findDeployment(settingsOf(url, 'a.b.c'))).rejects.toThrow(UserError);
  expect(seen).toEqual(['GET /health undefined']);
});

it('asks for a token where the deployment does', async () => {
  const url = await serverOf(({ url }) => (url === '/health' ? healthy : [401, '{"error":"Send a token."}']));
  await expect(findDeployment(settingsOf(url))).rejects.toThrow(UsageError);
  await expect(findDeployment(settingsOf(url))).rejects.toThrow('--token');
});

it('finds out whom a token stands for by what the deployment lets it do', async () => {
  const claims = { iss: 'https://issuer', sub: '0b6c', client_id: 'shop', name: 'alice', scope: 'a b' };
  const token = `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  const tried: string[] = [];
  const url = await serverOf(({ method, url }, body) => {
    if (method === 'GET') return url === '/health' ? healthy : url?.includes('user_id') ? forbidden : page;
    const { user_id } = JSON.parse(body);
    tried.push(user_id);
    return user_id === 'alice' ? [201, '{"order":{"id":"the-probe"}}'] : forbidden;
  });
  const { deployment, placed } = await findDeployment(settingsOf(url, token));
  expect(deployment.user).toBe('alice');
  expect(tried).toEqual(['shop', 'alice']);
  expect([...placed]).toEqual(['the-probe']);
});

it.each([
  ['asks for --operator with the token of an operator', false, page, 'add --operator'],
  ['refuses --operator with the token of anybody else', true, forbidden, 'Leave out --operator'],
])('%s', async (_what, operator, ofSomebodyElse, advice) => {
  const url = await serverOf(({ url }) =>
    url === '/health' ? healthy : url?.includes('user_id') ? ofSomebodyElse : page,
  );
  const failure = findDeployment({ ...settingsOf(url, 'a.b.c'), user: 'alice', operator });
  await expect(failure).rejects.toThrow(UsageError);
  await expect(failure).rejects.toThrow(advice);
});
