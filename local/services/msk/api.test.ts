import { GetBootstrapBrokersCommand, KafkaClient, ListClustersV2Command } from '@aws-sdk/client-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EndpointFixture, startEndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { mskApi } from './api.ts';

const ClusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/orders/1-2';
const api = mskApi((clusterArn) => (clusterArn === ClusterArn ? 'localhost:9098' : undefined));

let fixture: EndpointFixture;
beforeAll(async () => {
  fixture = await startEndpointFixture(() => [{ api }]);
});
afterAll(() => fixture.stop());

describe('the MSK API', () => {
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

  it('refuses malformed percent-encoding in a URL', async () => {
    const client = new KafkaClient(fixture.client);
    client.middlewareStack.add(
      (next) => (args) =>
        next({
          ...args,
          request: Object.assign(args.request as object, { path: '/v1/clusters/%zz/bootstrap-brokers' }),
        }),
      { step: 'build' },
    );
    const refusal = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };
    await expect(client.send(new GetBootstrapBrokersCommand({ ClusterArn }))).rejects.toMatchObject(refusal);
  });
});
