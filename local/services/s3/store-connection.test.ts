import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AwsError } from '../../aws-api/aws-error.ts';
import { servedBy } from '../../http/http-fixture.ts';
import { StoreConnection } from './store-connection.ts';

async function storeThat(responds: RequestListener) {
  const { server, url } = await servedBy(responds);
  const store = new StoreConnection(url);
  onTestFinished(() => store.close());
  return { store, server };
}

describe('the connection to the object store', () => {
  it('stays open from one request to the next', async () => {
    const { store, server } = await storeThat((request, response) => request.pipe(response));
    let connections = 0;
    server.on('connection', () => connections++);
    for (const body of ['a', 'b', 'c']) {
      const response = await store.send({ method: 'PUT', path: '/', headers: {}, body: Readable.from([body]) });
      expect(await text(response)).toBe(body);
    }
    expect(connections).toBe(1);
  });

  it('fails in a way that makes clients retry when the store fails', async () => {
    const { store } = await storeThat((request) => request.destroy());
    const response = store.send({ method: 'GET', path: '/', headers: {} });
    await expect(response).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
  });

  it('reports what is wrong with a body, and the store never gets it as a whole', async () => {
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const { store } = await storeThat((request) => {
      begun.resolve();
      request.resume().on('error', () => aborted.resolve());
    });
    const body = Readable.from(
      (async function* () {
        yield 'begin';
        await begun.promise;
        throw new AwsError('BadDigest', 'The body is not what it should be.');
      })(),
    );
    const response = store.send({ method: 'PUT', path: '/', headers: { 'content-length': 10 }, body });
    await expect(response).rejects.toMatchObject({ code: 'BadDigest' });
    await aborted.promise;
  });
});
