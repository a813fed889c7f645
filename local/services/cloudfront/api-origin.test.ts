import { Agent, createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../../http/http-server.ts';
import { call } from '../api-gateway/gateway-fixture.ts';
import { forwardRequest } from './api-origin.ts';
import { errorPage, sendError } from './error-page.ts';

it('forwardRequest gives up an API that is silent for longer than its connections may be', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    silent.close();
    silent.closeAllConnections();
  });
  const apiUrl = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
  const agent = new Agent({ timeout: 50 });
  const server = await serve(
    (request, response) => {
      forwardRequest(request, response, { apiUrl, agent, changeHeaders: (headers) => headers }).catch((error: Error) =>
        sendError(response, 504, error.message),
      );
    },
    (status) => errorPage(status, ''),
    0,
  );
  onTestFinished(() => server.stop());
  expect(await call(server.url, 'GET', '/')).toMatchObject({
    status: 504,
    text: expect.stringContaining('the API takes too long'),
  });
});
