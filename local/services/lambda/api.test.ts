import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { type EndpointFixture, startEndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { lambdaApi } from './api.ts';
import { LambdaError } from './errors.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:migrate';
const invoked: [name: string, payload: string][] = [];

async function invoke(name: string, payload: string) {
  invoked.push([name, payload]);
  if (name.endsWith(':missing')) throw new LambdaError('ResourceNotFoundException', 'no such function');
  const failed = name.endsWith(':failing');
  return {
    requestId: 'request-1',
    payload: failed ? '{"errorType":"Error","errorMessage":"broken"}' : '{"done":true}',
    executedVersion: '$LATEST',
    ...(failed ? { functionError: 'Unhandled' as const } : {}),
  };
}

let fixture: EndpointFixture;
beforeAll(async () => {
  fixture = await startEndpointFixture(() => [{ api: lambdaApi({ invoke, log: silentLog }) }]);
});
afterAll(() => fixture.stop());
beforeEach(() => {
  invoked.splice(0);
  fixture.evaluator.asked.splice(0);
});
afterEach(() => fixture.evaluator.refused.clear());

describe('the Lambda API', () => {
  const call = (input: { FunctionName: string } & Partial<InvokeCommand['input']>) =>
    new LambdaClient(fixture.client).send(new InvokeCommand(input));

  it('runs a function and returns its result', async () => {
    const result = await call({ FunctionName: 'migrate', Payload: Buffer.from('{"a":1}') });
    expect(result).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(result.FunctionError).toBeUndefined();
    expect(Buffer.from(result.Payload ?? []).toString()).toBe('{"done":true}');
    expect(invoked).toEqual([[functionArn, '{"a":1}']]);
    expect(fixture.evaluator.asked).toEqual([`writer lambda:InvokeFunction ${functionArn}`]);
  });

  it.each([
    ['an ARN with a version, without a payload', { FunctionName: `${functionArn}:7` }, `${functionArn}:7`],
    ['a partial ARN', { FunctionName: '000000000000:function:migrate' }, functionArn],
    ['a name and a qualifier', { FunctionName: 'migrate', Qualifier: 'live' }, `${functionArn}:live`],
    ['a name with its qualifier', { FunctionName: 'migrate:live' }, `${functionArn}:live`],
  ])('takes %s', async (_, input, expected) => {
    await call(input);
    expect(invoked).toEqual([[expected, '{}']]);
  });

  it('reports that the function failed', async () => {
    const result = await call({ FunctionName: `${functionArn}:failing` });
    expect(result).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  });

  it('responds to an asynchronous call before the function has run, and a dry run without running it', async () => {
    expect((await call({ FunctionName: 'migrate', InvocationType: 'DryRun' })).StatusCode).toBe(204);
    expect(invoked).toEqual([]);
    expect((await call({ FunctionName: 'migrate', InvocationType: 'Event' })).StatusCode).toBe(202);
    expect(invoked).toHaveLength(1);
  });

  it('names its refusals', async () => {
    await expect(call({ FunctionName: `${functionArn}:missing` })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(call({ FunctionName: 'migrate', Payload: Buffer.from('{') })).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
    await expect(call({ FunctionName: 'migrate', Payload: Buffer.alloc(7_000_000) })).rejects.toMatchObject({
      name: 'RequestTooLargeException',
    });
    fixture.evaluator.refused.add('lambda:InvokeFunction');
    await expect(call({ FunctionName: 'migrate' })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('says which operations it does not support', async () => {
    const client = new LambdaClient(fixture.client);
    await expect(client.send(new GetFunctionCommand({ FunctionName: 'migrate' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('supports only Invoke'),
    });
  });

  it('refuses malformed percent-encoding in a URL', async () => {
    const client = new LambdaClient(fixture.client);
    client.middlewareStack.add(
      (next) => (args) =>
        next({
          ...args,
          request: Object.assign(args.request as object, { path: '/2015-03-31/functions/%zz/invocations' }),
        }),
      { step: 'build' },
    );
    const refusal = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };
    await expect(client.send(new InvokeCommand({ FunctionName: 'f' }))).rejects.toMatchObject(refusal);
  });
});
