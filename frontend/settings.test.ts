import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadSettings, parseSettings } from './settings.ts';

const shards = [{ id: 1, from: 'A', to: 'Z' }];
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/config.json`;
}

describe('settings', () => {
  it('take an empty address as the page itself', () => {
    expect(parseSettings({ apiBaseUrl: '', shards })).toEqual({ apiBaseUrl: '', shards, tokens: undefined });
  });

  it('say whether the API asks for a token', () => {
    expect(parseSettings({ apiBaseUrl: '', shards, auth: 'jwt', userClaim: 'user' }).tokens).toEqual({
      userClaim: 'user',
      operatorClaim: undefined,
      signIn: undefined,
    });
    expect(parseSettings({ apiBaseUrl: '', shards, auth: 'none' }).tokens).toBeUndefined();
    expect(() => parseSettings({ apiBaseUrl: '', shards, auth: 'jwt' })).toThrow('must hold "userClaim"');
    expect(() => parseSettings({ apiBaseUrl: '', shards, auth: 'basic' })).toThrow('config.json: "auth"');
  });

  it('say how readers sign in', () => {
    const signIn = { issuer: 'https://login.example.com/', audience: 'a', clientId: 'c', sentToken: 'id' };
    const given = { apiBaseUrl: '', shards, auth: 'jwt', userClaim: 'user', operatorClaim: 'roles=a=b', signIn };
    expect(parseSettings(given).tokens).toEqual({
      userClaim: 'user',
      operatorClaim: { name: 'roles', value: 'a=b' },
      signIn: { ...signIn, scopes: undefined },
    });
    for (const key of ['issuer', 'audience', 'clientId', 'sentToken']) {
      expect(() => parseSettings({ ...given, signIn: { ...signIn, [key]: undefined } })).toThrow('"signIn" must hold');
    }
  });

  it('drop the trailing slash of an address', () => {
    expect(parseSettings({ apiBaseUrl: 'https://api.example.com/dev/', shards }).apiBaseUrl).toBe(
      'https://api.example.com/dev',
    );
  });

  it.each([undefined, null, {}, [], { apiBaseUrl: 1 }, { apiBaseUrl: 'api.example.com' }])('refuse %j', (value) => {
    expect(() => parseSettings(value)).toThrow('config.json must hold "apiBaseUrl"');
  });

  it.each([undefined, 'A-Z', [], [{ id: 1, from: 'A', to: 'M' }]])('refuse the shard map %j', (map) => {
    expect(() => parseSettings({ apiBaseUrl: '', shards: map })).toThrow(/config.json.*shard/i);
  });

  it('are read from a server', async () => {
    expect(await loadSettings(await serve(200, JSON.stringify({ apiBaseUrl: '', shards })))).toEqual({
      apiBaseUrl: '',
      shards,
      tokens: undefined,
    });
  });

  it('say what is wrong with a missing or broken file', async () => {
    await expect(loadSettings(await serve(404, ''))).rejects.toThrow('responded with 404');
    await expect(loadSettings(await serve(200, '<html>'))).rejects.toThrow('not valid JSON');
    await expect(loadSettings('http://127.0.0.1:1/config.json')).rejects.toThrow('does not respond');
  });
});
