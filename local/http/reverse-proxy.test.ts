import { Agent, createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { errorPage, sendError } from '../services/cloudfront/error-page.ts';
import { call } from './http-fixture.ts';
import { serve } from './http-server.ts';
import { forwardRequest } from './reverse-proxy.ts';

it('forwardRequest gives up a target that is silent for longer than its agent allows', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    silent.close();
    silent.closeAllConnections();
  });
  const target = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
  const agent = new Agent({ timeout: 50 });
  const server = await serve(
    (request, response) => {
      forwardRequest(request, response, { target, agent }).catch((error: Error) =>
        sendError(response, 504, error.message),
      );
    },
    (status) => errorPage(status, ''),
    0,
  );
  onTestFinished(() => server.stop());
  expect(await call(server.url, 'GET', '/')).toMatchObject({
    status: 504,
    text: expect.stringContaining('does not respond'),
  });
});
