import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectLambda } from './lambda-connection.ts';
import { type Answer, EXECUTED_VERSION, FakeLambda, REQUEST_ID } from './lambda-fixture.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:consume:live';
const EVENT = JSON.stringify({ records: {} });

async function lambdaThatAnswers(answer: Answer) {
  const lambda = await new FakeLambda().start();
  lambda.answer = () => answer;
  onTestFinished(async () => void (await lambda.stop()));
  return { lambda, ...connectTo(lambda.url) };
}

function connectTo(url: string) {
  const connection = connectLambda(url);
  onTestFinished(() => connection.close());
  return connection;
}

async function serverThat(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a function in LocalStack', () => {
  it('is invoked by its name, as the version that the mapping names', async () => {
    const { lambda, invoke } = await lambdaThatAnswers({ result: { batchItemFailures: [] } });
    expect(await invoke(ARN, EVENT)).toEqual({
      requestId: REQUEST_ID,
      executedVersion: EXECUTED_VERSION,
      payload: '{"batchItemFailures":[]}',
    });
    await invoke('consume', EVENT);
    expect(lambda.invocations).toMatchObject([
      { functionName: 'consume', qualifier: 'live' },
      { functionName: 'consume', qualifier: null },
    ]);
  });

  it('that fails has been invoked', async () => {
    const { invoke } = await lambdaThatAnswers({ functionError: { errorMessage: 'boom' } });
    expect(await invoke(ARN, EVENT)).toMatchObject({
      requestId: REQUEST_ID,
      executedVersion: EXECUTED_VERSION,
      functionError: 'Unhandled',
      payload: '{"errorMessage":"boom"}',
    });
  });

  it.each([
    [429, 'TooManyRequestsException'],
    [404, 'ResourceNotFoundException'],
    [409, 'ResourceConflictException'],
    [500, 'ServiceException'],
  ])('that Lambda does not invoke (%i %s) is not tried again here, where nobody would count', async (status, code) => {
    const { lambda, invoke } = await lambdaThatAnswers({ refusal: [status, code] });
    await expect(invoke(ARN, EVENT)).rejects.toThrow(`${code}: refused by the test`);
    expect(lambda.invocations).toHaveLength(1);
  });

  it('was not invoked when nobody listens, or the answer does not come', async () => {
    await expect(connectTo('http://127.0.0.1:9').invoke(ARN, EVENT)).rejects.toThrow('ECONNREFUSED');
    const url = await serverThat((request) => request.socket.destroy());
    await expect(connectTo(url).invoke(ARN, EVENT)).rejects.toThrow('ECONNRESET');
  });

  it('was not invoked when somebody else answers, however well', async () => {
    const url = await serverThat((_, response) => response.end('null'));
    await expect(connectTo(url).invoke(ARN, EVENT)).rejects.toThrow('not from Lambda');
  });
});
