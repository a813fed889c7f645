import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { type Authority, loadAuthority } from '../../tls/authority.ts';
import { FUNCTION_GROUP, networkFixture } from '../ec2/network-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import { Iam } from '../iam/service.ts';
import { CustomResourceResponses } from './custom-resource-responses.ts';

const dir = mkdtempSync(join(tmpdir(), 'custom-resource-responses-'));
let authority: Authority;
let responses: CustomResourceResponses;
const ec2 = new Ec2({ log: silentLog }, new Iam());
beforeAll(async () => {
  authority = await loadAuthority(dir, 'public');
  responses = new CustomResourceResponses({ authorities: async () => authority, log: silentLog }, ec2);
  await responses.open();
});
afterAll(async () => {
  await responses.stop();
  rmSync(dir, { recursive: true, force: true });
});

const success = {
  Status: 'SUCCESS',
  StackId: 's',
  RequestId: 'r',
  LogicalResourceId: 'l',
  PhysicalResourceId: 'p',
  Data: { a: '1' },
};

describe('the response of a custom resource', () => {
  it('arrives from a handler that trusts the authority', async () => {
    const { responseUrl, response } = responses.expect(5000);
    expect(await put(responseUrl, JSON.stringify(success))).toBe(200);
    expect(await response).toEqual(success);
  });

  it('counts once', async () => {
    const { responseUrl, response } = responses.expect(5000);
    expect(await put(responseUrl, JSON.stringify(success))).toBe(200);
    expect(await put(responseUrl, JSON.stringify({ ...success, Status: 'FAILED' }))).toBe(403);
    expect(await response).toEqual(success);
  });

  it('does not arrive from a function that has no way to S3, where its URL is on AWS', async () => {
    const { responseUrl, response } = responses.expect(60_000);
    const { network, placeIn } = networkFixture();
    for (const [id, subnet] of network.subnets) ec2.network.subnets.set(id, subnet);
    const source = { name: 'provider', place: placeIn('isolated-vpc-1', FUNCTION_GROUP) };
    const caller = vi.spyOn(ec2.connections, 'functionAt').mockResolvedValueOnce(source);
    const held = put(responseUrl, JSON.stringify({ ...success, Status: 'FAILED' }));
    held.catch(() => {});
    await vi.waitFor(() => expect(caller).toHaveBeenCalledOnce(), { timeout: 30_000 });
    expect(await put(responseUrl, JSON.stringify(success))).toBe(200);
    expect(await response).toEqual(success);
  });

  it('is taken only at its own URL', async () => {
    const { responseUrl, response } = responses.expect(5000);
    expect(await put(`${responseUrl}x`, JSON.stringify(success))).toBe(403);
    expect(await put(responseUrl, JSON.stringify(success))).toBe(200);
    await response;
  });

  it.each(['not json', '{}', '{"Status":"MAYBE"}'])('is refused in the form %s, and may come again', async (body) => {
    const { responseUrl, response } = responses.expect(5000);
    expect(await put(responseUrl, body)).toBe(400);
    expect(await put(responseUrl, JSON.stringify(success))).toBe(200);
    await response;
  });

  it('is waited for no longer than agreed', async () => {
    await expect(responses.expect(5).response).rejects.toThrow('did not respond within 0.005 s');
  });
});

/** PUTs as the CDK's handlers do: with an empty content type. Resolves with the status. */
function put(url: string, body: string): Promise<number | undefined> {
  const agent = new Agent({ ca: authority.certificatePem });
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { method: 'PUT', agent, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(body);
  });
}
