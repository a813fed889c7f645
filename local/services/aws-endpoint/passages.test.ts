import type { IncomingMessage } from 'node:http';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { FUNCTION_GROUP, networkFixture, rule, TARGET_GROUP } from '../ec2/network-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import { Iam } from '../iam/service.ts';
import { sts } from '../sts/service.ts';
import { startEndpointFixture } from './endpoint-fixture.ts';
import { Passages } from './passages.ts';

/** Makes every request one of a function in an isolated subnet. */
function asFunction(ec2: Ec2) {
  const HTTPS = { FromPort: 443, ToPort: 443 };
  const { network, placeIn } = networkFixture({
    out: [rule({ CidrIp: '0.0.0.0/0', ...HTTPS })],
    in: [rule({ SourceSecurityGroupId: FUNCTION_GROUP, ...HTTPS })],
  });
  for (const table of ['vpcs', 'subnets', 'securityGroups'] as const) {
    for (const [id, each] of network[table]) (ec2.network[table] as Map<string, unknown>).set(id, each);
  }
  const source = { name: 'place-order', place: placeIn('isolated-vpc-1', FUNCTION_GROUP) };
  vi.spyOn(ec2.connections, 'functionAt').mockResolvedValue(source);
  const way = { kind: 'interface', place: placeIn('isolated-vpc-1', TARGET_GROUP), privateDns: true } as const;
  return (service: string) =>
    ec2.network.endpoints.set('vpce-1', { id: 'vpce-1', name: 'Network/Way', vpcId: 'vpc-1', service, way });
}

it('a function without a way to a service gets no response, and gets one through a VPC endpoint', async () => {
  const fixture = await startEndpointFixture(() => [sts]);
  onTestFinished(() => fixture.stop());
  const addEndpoint = asFunction(fixture.ec2);
  const client = new STSClient(fixture.client);
  const leave = new AbortController();
  let settled = false;
  const before = client
    .send(new GetCallerIdentityCommand({}), { abortSignal: leave.signal })
    .finally(() => {
      settled = true;
    })
    .catch((error: Error) => error.name);
  await vi.waitFor(() => expect(fixture.ec2.connections.functionAt).toHaveBeenCalled(), { timeout: 30_000 });
  addEndpoint('sts');
  await client.send(new GetCallerIdentityCommand({}));
  expect(settled).toBe(false);
  leave.abort();
  expect(await before).toBe('AbortError');
});

it('a call through a VPC endpoint has its policy and its condition keys', async () => {
  const ec2 = new Ec2({ log: silentLog }, new Iam());
  const addEndpoint = asFunction(ec2);
  const passages = new Passages(ec2);
  const request = { socket: {} } as IncomingMessage;
  addEndpoint('secretsmanager');
  expect(await passages.of(request, 'secretsmanager')).toEqual({
    vpcEndpoint: 'vpce-1',
    context: { 'aws:SourceVpce': 'vpce-1', 'aws:SourceVpc': 'vpc-1' },
  });
  expect(await passages.of(request, 's3')).toEqual({});
});
