import { Agent } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { call, servedBy } from './http-fixture.ts';
import { send } from './http-response.ts';
import { serve } from './http-server.ts';
import { forwardRequest } from './reverse-proxy.ts';

it('forwardRequest gives up a target that is silent for longer than its agent allows', async () => {
  const { url: target } = await servedBy(() => {});
  const agent = new Agent({ timeout: 50 });
  const failure = (statusCode: number, text: string) => ({ statusCode, headers: new Map(), body: Buffer.from(text) });
  const server = await serve(
    (request, response) => {
      forwardRequest(request, response, { target, agent }).catch(({ message }) =>
        send(response, failure(504, message)),
      );
    },
    failure,
    0,
  );
  onTestFinished(() => server.stop());
  expect(await call(server.url, 'GET', '/')).toMatchObject({
    status: 504,
    text: expect.stringContaining('does not respond'),
  });
});
