import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsService, actAs, answer } from '../testing/aws-service.ts';
import { secretsManager } from './secrets-manager.ts';

let service: AwsService;
beforeEach(async () => {
  service = await AwsService.start();
  actAs({ accessKeyId: 'a', secretAccessKey: 's' }, { AWS_ENDPOINT_URL: service.url });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.stop();
});

describe('a secret', () => {
  it('is read by its name and the label of a version', async () => {
    service.answers.push(answer(200, JSON.stringify({ Name: 'shard1', SecretString: '{"password":"p1"}' })));
    expect(await secretsManager()('shard1', 'AWSPENDING')).toBe('{"password":"p1"}');
    const [request] = service.received;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'secretsmanager.GetSecretValue',
        authorization: expect.stringContaining('/us-east-1/secretsmanager/aws4_request'),
      },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({ SecretId: 'shard1', VersionStage: 'AWSPENDING' });
  });

  it('has no version of that label when Secrets Manager says so', async () => {
    service.answers.push(answer(400, '{"__type":"ResourceNotFoundException","Message":"None."}'));
    await expect(secretsManager()('shard1', 'AWSPENDING')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});
