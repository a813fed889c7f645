import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressesFileOf } from '../../local/addresses.ts';
import { invokeDlt } from './dlt-function.ts';

describe('the function dlt of a local run', () => {
  let dataDir: string;
  let server: Server;
  let requests: { url: string | undefined; authorization: string | undefined; body: string }[];
  let respond: (response: ServerResponse) => void;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'orderflow-dlt-'));
    requests = [];
    respond = (response) => response.end('{"records":[],"total":0}');
    server = createServer(async (request: IncomingMessage, response) => {
      requests.push({
        url: request.url,
        authorization: request.headers.authorization,
        body: await text(request),
      });
      respond(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    writeFileSync(addressesFileOf(dataDir), JSON.stringify({ aws: `http://127.0.0.1:${port}` }));
    return () => rmSync(dataDir, { recursive: true });
  });
  afterEach(() => {
    server.close();
  });

  const list = () => invokeDlt({ action: 'list' }, { dataDir });

  it('is invoked through the Lambda API with the key of the operator', async () => {
    expect(await list()).toEqual({ records: [], total: 0 });
    expect(requests).toMatchObject([
      {
        url: '/2015-03-31/functions/orderflow-dev-dlt/invocations?Qualifier=live',
        authorization: expect.stringContaining('Credential=test/'),
        body: '{"action":"list"}',
      },
    ]);
  });

  it('is not there when no run is up', async () => {
    rmSync(addressesFileOf(dataDir));
    await expect(list()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(`No local run is up in ${dataDir}.`),
    });
  });

  it('does not respond when the run was killed', async () => {
    server.close();
    await expect(list()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(`The local run of ${dataDir} does not respond.`),
    });
  });

  it('may be missing', async () => {
    respond = (response) =>
      response
        .writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException', 'content-type': 'application/json' })
        .end('{"Message":"Function not found"}');
    await expect(list()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('There is no function orderflow-dev-dlt.'),
    });
  });

  it('may be throttled, which is not retried', async () => {
    respond = (response) =>
      response
        .writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException', 'content-type': 'application/json' })
        .end('{"Message":"Rate Exceeded."}');
    await expect(list()).rejects.toMatchObject({
      name: 'UserError',
      message: 'Lambda refused a request about orderflow-dev-dlt: TooManyRequestsException: Rate Exceeded.',
    });
    expect(requests).toHaveLength(1);
  });

  const failWith = (errorType: string, errorMessage: string) => {
    respond = (response) =>
      response
        .setHeader('x-amz-function-error', 'Unhandled')
        .end(JSON.stringify({ errorType, errorMessage, trace: ['Error', '    at somewhere'] }));
  };

  it.each([
    ['UnknownDeadLetterError', 'The topic orders-dlt holds no record orders-3-42.'],
    ['MissingValueError', 'orders-3-42 cannot be replayed as it was. It is too large.'],
  ])('says in its own words why it refuses a command: %s', async (errorType, message) => {
    failWith(errorType, message);
    const replay = invokeDlt({ action: 'replay', id: 'orders-3-42' }, { dataDir });
    await expect(replay).rejects.toMatchObject({ name: 'UserError', message });
  });

  it('is waited for as long as the caller says', async () => {
    respond = () => {};
    await expect(invokeDlt({ action: 'list' }, { dataDir }, 50)).rejects.toMatchObject({
      name: 'UserError',
      message: 'orderflow-dev-dlt did not respond within 0.05 s.',
    });
  });

  it('may fail, which is reported without its stack', async () => {
    failWith('KafkaJSConnectionError', 'no broker');
    await expect(list()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^The function orderflow-dev-dlt failed: KafkaJSConnectionError: no broker\n/),
    });
  });
});
