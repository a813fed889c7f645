import { GetBootstrapBrokersCommand, KafkaClient, ListClustersV2Command } from '@aws-sdk/client-kafka';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { Iam } from '../iam/service.ts';
import { LambdaError } from '../lambda/errors.ts';
import { CLUSTER_ARN, type EndpointFixture, startEndpointFixture } from './endpoint-fixture.ts';
import { AwsEndpoint } from './service.ts';

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

const broken = (request: unknown, path: string) => Object.assign(request as object, { path });

let fixture: EndpointFixture;
beforeAll(async () => {
  fixture = await startEndpointFixture({ invoke });
});
afterAll(() => fixture.stop());
beforeEach(() => {
  invoked.splice(0);
  fixture.evaluator.asked.splice(0);
});
afterEach(() => fixture.evaluator.refused.clear());

describe('Lambda', () => {
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
});

describe('MSK', () => {
  const ClusterArn = CLUSTER_ARN;

  it('names the brokers that accept IAM tokens', async () => {
    const brokers = await new KafkaClient(fixture.client).send(new GetBootstrapBrokersCommand({ ClusterArn }));
    expect(brokers.BootstrapBrokerStringSaslIam).toBe('localhost:9098');
    expect(fixture.evaluator.asked).toEqual([`writer kafka:GetBootstrapBrokers ${ClusterArn}`]);
  });

  it('has only the clusters of the run', async () => {
    const command = new GetBootstrapBrokersCommand({ ClusterArn: `${ClusterArn}0` });
    await expect(new KafkaClient(fixture.client).send(command)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('says which operations it does not support', async () => {
    await expect(new KafkaClient(fixture.client).send(new ListClustersV2Command({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});

describe('STS', () => {
  it('tells a caller who it is', async () => {
    const identity = await new STSClient(fixture.client).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: '000000000000', Arn: fixture.role.arn });
  });

  it('refuses an unknown key', async () => {
    const client = new STSClient({ ...fixture.client, credentials: { accessKeyId: 'x', secretAccessKey: 'y' } });
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });
});

describe('the endpoint', () => {
  it('has no address before it is open', () => {
    expect(() => new AwsEndpoint(0, new Iam(), silentLog).url).toThrow('the AWS endpoint is not open yet');
  });

  it('names its services to a caller who asks for another', async () => {
    const client = new LambdaClient(fixture.client);
    Object.assign(client.config, { signingName: 'no-such-service' });
    await expect(client.send(new InvokeCommand({ FunctionName: 'f' }))).rejects.toThrow(
      'The service "no-such-service" does not exist',
    );
  });

  it('refuses malformed percent-encoding in a URL', async () => {
    const lambda = new LambdaClient(fixture.client);
    lambda.middlewareStack.add(
      (next) => (args) => next({ ...args, request: broken(args.request, '/2015-03-31/functions/%zz/invocations') }),
      { step: 'build' },
    );
    const kafka = new KafkaClient(fixture.client);
    kafka.middlewareStack.add(
      (next) => (args) => next({ ...args, request: broken(args.request, '/v1/clusters/%zz/bootstrap-brokers') }),
      { step: 'build' },
    );
    const refusal = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };
    await expect(lambda.send(new InvokeCommand({ FunctionName: 'f' }))).rejects.toMatchObject(refusal);
    const getBrokers = new GetBootstrapBrokersCommand({ ClusterArn: CLUSTER_ARN });
    await expect(kafka.send(getBrokers)).rejects.toMatchObject(refusal);
  });

  it('responds to an unsigned call in the form that its client expects', async () => {
    const response = await fetch(fixture.endpoint.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.ListSecrets' },
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { __type: 'MissingAuthenticationTokenException' },
    ]);
  });
});
