import { InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { describe, expect, inject, it } from 'vitest';
import { exchange } from '../../local/http/http-fixture.ts';
import { call } from '../support/api.ts';
import { operatorLambda } from '../support/clients.ts';

const addresses = inject('addresses');

describe('a request to the API', () => {
  it.each(['//health', '///health/'])('for %s is one for /health, as on AWS', async (path) => {
    expect(await call(addresses.api, 'GET', path)).toMatchObject({ status: 200, body: { status: 'healthy' } });
  });

  it.each([
    ['API', addresses.api],
    ['site', addresses.site],
    ['AWS endpoint', addresses.aws],
  ])('and to the others that names two hosts is refused: %s', async (_, url) => {
    const host = 'Host: localhost\r\n';
    expect(await exchange(Number(new URL(url).port), `GET /health HTTP/1.1\r\n${host}${host}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });
});

it('twenty readers at once are all served: the local run reserves nothing and takes the requests of an account', async () => {
  const readers = Array.from({ length: 20 }, () => call(addresses.api, 'GET', '/api/overview'));
  expect((await Promise.all(readers)).map(({ status }) => status)).toEqual(readers.map(() => 200));
});

it("Lambda's API lists the functions, and runs one with its log", async () => {
  const lambda = operatorLambda(addresses);
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const health = Functions.find(({ FunctionName }) => FunctionName?.endsWith('-health'));
  const event = Buffer.from(JSON.stringify({ httpMethod: 'GET', path: '/health', headers: {}, requestContext: {} }));
  const result = await lambda.send(
    new InvokeCommand({ FunctionName: health?.FunctionArn, LogType: 'Tail', Payload: event }),
  );
  expect(JSON.parse(Buffer.from(result.Payload ?? []).toString())).toMatchObject({ statusCode: 200 });
  expect(Buffer.from(result.LogResult ?? '', 'base64').toString()).toMatch(
    /"type":"platform.start"[\s\S]*"type":"platform.report".*\n$/,
  );
});
