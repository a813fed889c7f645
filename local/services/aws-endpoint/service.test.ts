import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import { Iam } from '../iam/service.ts';
import { sts } from '../sts/service.ts';
import { type EndpointFixture, startEndpointFixture } from './endpoint-fixture.ts';
import { AwsEndpoint } from './service.ts';

let fixture: EndpointFixture;
beforeAll(async () => {
  fixture = await startEndpointFixture(() => [sts]);
});
afterAll(() => fixture.stop());

describe('STS', () => {
  it('tells a caller who it is', async () => {
    const identity = await new STSClient(fixture.client).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:sts::000000000000:assumed-role/writer/fn',
    });
  });

  it('refuses an unknown key', async () => {
    const client = new STSClient({ ...fixture.client, credentials: { accessKeyId: 'x', secretAccessKey: 'y' } });
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });
});

describe('the endpoint', () => {
  it('has no address before it is open', () => {
    const iam = new Iam();
    const endpoint = new AwsEndpoint(0, iam, new Ec2({ log: silentLog }, iam), silentLog);
    expect(() => endpoint.url).toThrow('the AWS endpoint is not open yet');
  });

  it('names its services to a caller who asks for another', async () => {
    const client = new LambdaClient(fixture.client);
    Object.assign(client.config, { signingName: 'no-such-service' });
    await expect(client.send(new InvokeCommand({ FunctionName: 'f' }))).rejects.toThrow(
      'The service "no-such-service" does not exist',
    );
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
