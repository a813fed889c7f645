import { readFileSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logFileOf } from '../../tooling/paths.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../tooling/sockets.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { listKeys, operatorS3, operatorSecrets, queryShard, readObject } from '../support/clients.ts';
import { listenersOfRun } from '../support/listeners.ts';
import { presignedUrl, signedForm } from '../support/presign.ts';
import { launchBrowser } from './browser.ts';
import { attack, HOSTILE_FLAGS, HOSTILE_NAME, type Target } from './hostile-page.ts';
import { OpenServer } from './open-server.ts';

const PATIENCE_MS = 60_000;
const HOSTILE_PAGE = `http://${HOSTILE_NAME}/`;
const BUCKET = 'order-receipts';
const VICTIM = 'receipts/victim.txt';
/** Nothing else invokes it. */
const VICTIM_FUNCTION = 'describe-api';
const READING_WAYS = ['GET', 'POST as text', 'POST as JSON', 'PUT', 'DELETE'].map((way) => `fetch ${way}`);

const addresses = inject('addresses');
const portOf = (url: string) => new URL(url).port;
const portOfApi = portOf(addresses.api);
const portOfAws = portOf(addresses.aws);
const portsOfRun = async () => [
  ...new Set((await listenersOfRun(portOfApi)).map((address) => address.slice(address.lastIndexOf(':') + 1))),
];

let browser: Browser;
let openServer: OpenServer;
beforeAll(async () => {
  [browser, openServer] = await Promise.all([launchBrowser(HOSTILE_FLAGS), OpenServer.start()]);
  await operatorS3(addresses).send(new PutObjectCommand({ Bucket: BUCKET, Key: VICTIM, Body: 'two keyboards' }));
});
afterAll(async () => {
  await browser?.close();
  openServer?.stop();
});

/** What the published key makes possible at the AWS endpoint. */
function callsOfAws(host: string) {
  const base = `http://${host}:${portOfAws}`;
  const object = `${base}/${BUCKET}/${VICTIM}`;
  const list = presignedUrl('s3', 'GET', `${base}/${BUCKET}?list-type=2`);
  const asPage = presignedUrl('s3', 'GET', `${object}?response-content-type=text/html`);
  const function_ = `${base}/2015-03-31/functions/orderflow-dev-${VICTIM_FUNCTION}/invocations`;
  return {
    list: { url: list, body: '' },
    read: { url: presignedUrl('s3', 'GET', object), body: '' },
    readAsPage: { url: asPage, body: '' },
    write: { url: presignedUrl('s3', 'PUT', object), body: 'forged' },
    remove: { url: presignedUrl('s3', 'DELETE', object), body: '' },
    removeByPost: {
      url: presignedUrl('s3', 'POST', `${base}/${BUCKET}?delete`),
      body: `<Delete><Object><Key>${VICTIM}</Key></Object></Delete>`,
    },
    upload: { url: `${base}/${BUCKET}`, body: '', fields: signedForm(BUCKET, VICTIM, 'forged') },
    invoke: { url: presignedUrl('lambda', 'POST', function_, '{}'), body: '{}' },
  };
}

/** What is worth an attempt at a port. */
function targetsAt(host: string, port: string): Target[] {
  const paths = ['/', '/config.json', '/2018-06-01/runtime/invocation/next', '/2018-06-01/runtime/init/error'];
  const unsigned = paths.map((path) => ({ url: `http://${host}:${port}${path}`, body: 'forged' }));
  return port === portOfAws ? [...unsigned, ...Object.values(callsOfAws(host))] : unsigned;
}

/** Everything that an attack might change. */
async function state() {
  const databases = Object.keys(addresses.databases);
  const { SecretList } = await operatorSecrets(addresses).send(new ListSecretsCommand({}));
  return {
    keys: await listKeys(addresses, BUCKET, ''),
    victim: await readObject(addresses, BUCKET, VICTIM),
    orders: await Promise.all(databases.map((name) => queryShard(addresses, name, 'SELECT count(*) FROM orders'))),
    secrets: SecretList,
    invocations: readFileSync(logFileOf(inject('dataDir')), 'utf8').split(`${VICTIM_FUNCTION} START`).length,
  };
}

describe('what a hostile page tries', () => {
  it('works on a server without protection, by its own name and by another', { timeout: PATIENCE_MS }, async () => {
    const read = await attack(browser, HOSTILE_PAGE, [{ url: `http://127.0.0.1:${openServer.port}/`, body: 'forged' }]);
    const all = [...READING_WAYS, 'XMLHttpRequest'].map((way) => `${way} /: 200 ${OpenServer.SECRET}`);
    expect(read).toEqual(expect.arrayContaining([...all, 'EventSource /: open']));
    // Four that may read, four fetches that may not, the beacon, and three forms.
    expect(openServer.received.filter((request) => /^(POST|PUT|DELETE) .*forged/s.test(request))).toHaveLength(12);
    const rebound = `http://${HOSTILE_NAME}:${openServer.port}`;
    expect(await attack(browser, `${rebound}/start`, [{ url: `${rebound}/`, body: '' }])).toEqual(
      expect.arrayContaining([
        `fetch GET without CORS /: 200 ${OpenServer.SECRET}`,
        expect.stringMatching(`^iframe /: .*${OpenServer.SECRET}`),
      ]),
    );
  });

  it('with the published key works for programs', async () => {
    const { read, invoke, removeByPost, upload } = callsOfAws('127.0.0.1');
    expect(await (await fetch(read.url)).text()).toBe('two keyboards');
    expect((await fetch(invoke.url, { method: 'POST', body: invoke.body })).status).toBe(200);
    const form = new FormData();
    for (const [name, value] of Object.entries(signedForm(BUCKET, 'decoy', 'x'))) form.set(name, value);
    expect((await fetch(upload.url, { method: 'POST', body: form })).status).toBe(204);
    expect(await listKeys(addresses, BUCKET, 'decoy')).toEqual(['decoy']);
    const body = removeByPost.body.replace(VICTIM, 'decoy');
    expect((await fetch(removeByPost.url, { method: 'POST', body })).status).toBe(200);
    expect(await listKeys(addresses, BUCKET, 'decoy')).toEqual([]);
  });
});

describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('the ports of a run', { timeout: 10 * PATIENCE_MS }, () => {
  it('are all on loopback, those that it prints among them', async () => {
    const listeners = await listenersOfRun(portOfApi);
    expect(listeners.filter((address) => !/^(127\.\d+\.\d+\.\d+|::1):\d+$/.test(address))).toEqual([]);
    const printed = [addresses.api, addresses.site, addresses.aws, ...Object.values(addresses.databases)].map(portOf);
    expect(await portsOfRun()).toEqual(expect.arrayContaining([...printed, addresses.kafka.split(':')[1]]));
  });

  it('give nothing to a page of another site, and let it change nothing', async () => {
    const before = await state();
    // The API lets pages of any origin read it, as the CORS rules of its template say.
    const ports = (await portsOfRun()).filter((port) => port !== portOfApi);
    const servers = [...ports.map((port) => ['127.0.0.1', port] as const), ['localhost', portOfAws] as const];
    const read = servers.map(async ([host, port]) => {
      return { host, port, read: await attack(browser, HOSTILE_PAGE, targetsAt(host, port)) };
    });
    expect(await Promise.all(read)).toEqual(servers.map(([host, port]) => ({ host, port, read: [] })));
    expect(await state()).toEqual(before);
    expect((await call(addresses.api, 'POST', '/api/orders', orderOf(newUser('a')))).status).toBe(201);
  });

  it('show nothing to a page whose name was made to lead to them', async () => {
    const before = await state();
    // In plain text, as JSON, or on a page of the distribution, which a frame shows as the browser has read it.
    const refusal =
      /: (403 )?(<.*>)?(Servers of this machine are called by the names localhost|\{"message":"Forbidden"\})/;
    const ports = await portsOfRun();
    const read = ports.map(async (port) => {
      const page = `http://${HOSTILE_NAME}:${port}/start`;
      const texts = await attack(browser, page, targetsAt(HOSTILE_NAME, port));
      return [port, texts.filter((text) => !refusal.test(text))] as const;
    });
    expect(await Promise.all(read)).toEqual(ports.map((port) => [port, []]));
    expect(await state()).toEqual(before);
  });
});

it('a person may follow a link to a receipt from the dashboard', { timeout: PATIENCE_MS }, async () => {
  const { body } = await call(addresses.api, 'POST', '/api/orders', orderOf(newUser('a')));
  const receipt = `/api/orders/${body.order.id}/receipt`;
  await expect.poll(async () => (await call(addresses.api, 'GET', receipt)).status).toBe(302);
  const page = await browser.newPage();
  await page.goto(inject('siteUrl'));
  await page.evaluate(`location.href = ${JSON.stringify(receipt)}`);
  await page.getByText('Mechanical Keyboard').waitFor({ timeout: PATIENCE_MS });
  expect(portOf(page.url())).toBe(portOfAws);
  await page.close();
});
