import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EndpointFixture, startEndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { lambdaApi } from './api.ts';
import { checkAsyncPayload, LambdaError, throttled } from './errors.ts';
import type { FunctionDirectory } from './function-configuration.ts';
import type { FunctionDefinition, InvokeOptions } from './function-definition.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:migrate';
const roleArn = 'arn:aws:iam::000000000000:role/migrate';
const invoked: [name: string, payload: string, options: InvokeOptions | undefined][] = [];
const accepted: typeof invoked = [];

const definition: FunctionDefinition = {
  name: 'migrate',
  arn: functionArn,
  label: 'migrate',
  codeDir: '/code/of migrate',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  timeoutSeconds: 30,
  memoryMb: 256,
  environment: { STAGE: 'dev' },
  credentials: { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' },
  reservedConcurrency: 2,
  logFormat: 'JSON',
  applicationLogLevel: 'INFO',
};

/** By qualifier. */
const VERSIONS = new Map([
  ['$LATEST', '$LATEST'],
  ['7', '7'],
  ['live', '7'],
  ['failing', '$LATEST'],
]);

const known = { definition, roleArn, versions: ['7'] };
const other = {
  definition: { ...definition, name: 'clean', arn: functionArn.replace('migrate', 'clean') },
  roleArn,
  versions: [],
};

const lambda: FunctionDirectory = {
  async invoke(name, payload, options) {
    invoked.push([name, payload, options]);
    if (payload === '"busy"') throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    const failed = name.endsWith(':failing');
    return {
      requestId: 'request-1',
      payload: failed ? '{"errorType":"Error","errorMessage":"broken"}' : '{"done":true}',
      executedVersion: '$LATEST',
      ...(failed ? { functionError: 'Unhandled' as const } : {}),
      ...(options?.logTail ? { logTail: 'bG9n' } : {}),
    };
  },
  invokeAsync(name, payload, options) {
    checkAsyncPayload(payload);
    accepted.push([name, payload, options]);
    return 'request-2';
  },
  list: () => [known, other],
  find(name) {
    const [, qualifier = '$LATEST'] = name.split(':function:')[1]?.split(':') ?? [];
    const executedVersion = VERSIONS.get(qualifier);
    if (!name.startsWith(functionArn) || executedVersion === undefined) {
      throw new LambdaError('ResourceNotFoundException', `Function not found: ${name}`);
    }
    return { ...known, executedVersion };
  },
};

let fixture: EndpointFixture;
beforeAll(async () => {
  fixture = await startEndpointFixture(() => [{ api: lambdaApi(lambda, new Map()) }]);
});
afterAll(() => fixture.stop());
beforeEach(() => {
  invoked.splice(0);
  accepted.splice(0);
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
    expect(invoked).toEqual([[functionArn, '{"a":1}', { logTail: false }]]);
    expect(fixture.evaluator.asked).toEqual([`writer lambda:InvokeFunction ${functionArn}`]);
  });

  it.each([
    ['an ARN with a version, without a payload', { FunctionName: `${functionArn}:7` }, `${functionArn}:7`],
    ['a partial ARN', { FunctionName: '000000000000:function:migrate' }, functionArn],
    ['a name and a qualifier', { FunctionName: 'migrate', Qualifier: 'live' }, `${functionArn}:live`],
    ['a name with its qualifier', { FunctionName: 'migrate:live' }, `${functionArn}:live`],
  ])('takes %s', async (_, input, expected) => {
    await call(input);
    expect(invoked).toEqual([[expected, '{}', expect.anything()]]);
  });

  it('reports that the function failed', async () => {
    const result = await call({ FunctionName: `${functionArn}:failing` });
    expect(result).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  });

  it('responds to an asynchronous call before the function has run, and a dry run without running it', async () => {
    expect((await call({ FunctionName: 'migrate', InvocationType: 'DryRun' })).StatusCode).toBe(204);
    expect(invoked).toEqual([]);
    const response = await call({ FunctionName: 'migrate', InvocationType: 'Event' });
    expect(response).toMatchObject({ StatusCode: 202, $metadata: { requestId: 'request-2' } });
    expect(invoked).toEqual([]);
    expect(accepted).toEqual([[functionArn, '{}', {}]]);
  });

  it('gives the end of the log to who asks for it', async () => {
    expect((await call({ FunctionName: 'migrate', LogType: 'Tail' })).LogResult).toBe('bG9n');
    expect((await call({ FunctionName: 'migrate' })).LogResult).toBeUndefined();
  });

  it('passes the context of the client and the trace on', async () => {
    const ClientContext = Buffer.from('{"custom":{"a":"ü"}}').toString('base64');
    await call({ FunctionName: 'migrate', ClientContext });
    expect(invoked[0]?.[2]).toMatchObject({ clientContext: { custom: { a: 'ü' } } });
    const client = new LambdaClient(fixture.client);
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, { 'X-Amzn-Trace-Id': 'Root=1-2-3' });
        return next(args);
      },
      { step: 'build' },
    );
    await client.send(new InvokeCommand({ FunctionName: 'migrate' }));
    expect(invoked[1]?.[2]).toMatchObject({ traceId: 'Root=1-2-3' });
  });

  const megabyte = Buffer.from(JSON.stringify('x'.repeat(1024 * 1024)));
  it.each([
    ['an unknown function', 'ResourceNotFoundException', 404, { FunctionName: 'nothing' }],
    [
      'a dry run of an unknown function',
      'ResourceNotFoundException',
      404,
      { FunctionName: 'nothing', InvocationType: 'DryRun' },
    ],
    [
      'an event for an unknown function',
      'ResourceNotFoundException',
      404,
      { FunctionName: 'nothing', InvocationType: 'Event' },
    ],
    ['an unknown version', 'ResourceNotFoundException', 404, { FunctionName: 'migrate', Qualifier: '8' }],
    [
      'another Region',
      'ResourceNotFoundException',
      404,
      { FunctionName: functionArn.replace('us-east-1', 'eu-west-1') },
    ],
    [
      'another account',
      'ResourceNotFoundException',
      404,
      { FunctionName: functionArn.replace('000000000000', '111111111111') },
    ],
    ['two versions', 'InvalidParameterValueException', 400, { FunctionName: 'migrate:7', Qualifier: 'live' }],
    ['a name that is none', 'ValidationException', 400, { FunctionName: '*' }],
    ['a version that is none', 'ValidationException', 400, { FunctionName: 'migrate', Qualifier: 'a!' }],
    [
      'an ARN of another service',
      'ValidationException',
      400,
      { FunctionName: 'arn:aws:ec2:us-east-1:000000000000:instance:i-1' },
    ],
    [
      'an unknown invocation type',
      'ValidationException',
      400,
      { FunctionName: 'migrate', InvocationType: 'Later' as 'Event' },
    ],
    ['an unknown log type', 'ValidationException', 400, { FunctionName: 'migrate', LogType: 'Head' as 'Tail' }],
    [
      'a client context that is no JSON',
      'InvalidRequestContentException',
      400,
      { FunctionName: 'migrate', ClientContext: 'ew==' },
    ],
    [
      'a payload that is no JSON',
      'InvalidRequestContentException',
      400,
      { FunctionName: 'migrate', Payload: Buffer.from('{') },
    ],
    ['7 MB', 'RequestTooLargeException', 413, { FunctionName: 'migrate', Payload: Buffer.alloc(7_000_000) }],
    [
      'an event over 1 MiB',
      'RequestTooLargeException',
      413,
      { FunctionName: 'migrate', InvocationType: 'Event', Payload: megabyte },
    ],
  ] as const)('refuses %s with %s', async (_, name, httpStatusCode, input) => {
    await expect(call(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect(invoked).toEqual([]);
  });

  it('says why it throttled a call', async () => {
    const client = new LambdaClient({ ...fixture.client, maxAttempts: 1 });
    const busy = client.send(new InvokeCommand({ FunctionName: 'migrate', Payload: '"busy"' }));
    await expect(busy).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      $metadata: { httpStatusCode: 429 },
    });
  });

  it('names the permission that is missing', async () => {
    fixture.evaluator.refused.add('lambda:InvokeFunction').add('lambda:GetFunction').add('lambda:ListFunctions');
    const client = new LambdaClient(fixture.client);
    const refusal = { name: 'AccessDeniedException' };
    await expect(call({ FunctionName: 'migrate' })).rejects.toMatchObject(refusal);
    await expect(client.send(new GetFunctionCommand({ FunctionName: 'migrate' }))).rejects.toMatchObject(refusal);
    await expect(client.send(new ListFunctionsCommand({}))).rejects.toMatchObject(refusal);
  });

  it('tells what a function is, under each of its names', async () => {
    const client = new LambdaClient(fixture.client);
    const FunctionName = 'migrate';
    const { Configuration, Code, Concurrency } = await client.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration).toEqual({
      FunctionName,
      FunctionArn: functionArn,
      Version: '$LATEST',
      Role: roleArn,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 30,
      MemorySize: 256,
      EphemeralStorage: { Size: 512 },
      PackageType: 'Zip',
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Environment: { Variables: { STAGE: 'dev' } },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: '/aws/lambda/migrate', ApplicationLogLevel: 'INFO' },
    });
    expect(Code?.Location).toBe('file:///code/of%20migrate');
    expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 2 });
    const live = await client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: 'live' }));
    expect(live).toMatchObject({ FunctionArn: `${functionArn}:live`, Version: '7' });
    const refused = client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '8' }));
    await expect(refused).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('tells to which version an alias leads', async () => {
    const client = new LambdaClient(fixture.client);
    const { $metadata: _, ...live } = await client.send(new GetAliasCommand({ FunctionName: 'migrate', Name: 'live' }));
    expect(live).toEqual({ AliasArn: `${functionArn}:live`, Name: 'live', FunctionVersion: '7', Description: '' });
    const missing = client.send(new GetAliasCommand({ FunctionName: 'migrate', Name: 'next' }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    fixture.evaluator.refused.add('lambda:GetAlias');
    const refused = client.send(new GetAliasCommand({ FunctionName: 'migrate', Name: 'live' }));
    await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('lists functions by page, with all of their versions if asked', async () => {
    const client = new LambdaClient(fixture.client);
    const arns = async (input: { FunctionVersion?: 'ALL' }) => {
      const pages = [];
      for await (const { Functions = [] } of paginateListFunctions({ client, pageSize: 1 }, input))
        pages.push(Functions);
      expect(pages.every((page) => page.length === 1)).toBe(true);
      return pages.flat().map(({ FunctionArn }) => FunctionArn);
    };
    expect(await arns({})).toEqual([other.definition.arn, functionArn]);
    expect(await arns({ FunctionVersion: 'ALL' })).toEqual([
      `${other.definition.arn}:$LATEST`,
      `${functionArn}:$LATEST`,
      `${functionArn}:7`,
    ]);
    expect((await client.send(new ListFunctionsCommand({}))).Functions).toHaveLength(2);
    for (const Marker of ['none', '', Buffer.from('page-x').toString('base64url')]) {
      await expect(client.send(new ListFunctionsCommand({ Marker }))).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
      });
    }
  });

  it('says which operations it does not support', async () => {
    const client = new LambdaClient(fixture.client);
    await expect(client.send(new ListVersionsByFunctionCommand({ FunctionName: 'migrate' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message:
        'The local Lambda does not support GET /2015-03-31/functions/migrate/versions. ' +
        'It supports Invoke, GetFunction, GetFunctionConfiguration, GetAlias, ListFunctions, GetEventSourceMapping, ListEventSourceMappings, UpdateEventSourceMapping.',
      $metadata: { httpStatusCode: 404 },
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
