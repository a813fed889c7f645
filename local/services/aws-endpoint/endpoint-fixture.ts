import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { startObjectStore } from '../../engines/object-store/start-object-store.ts';
import { type AccessRequest, PolicyEvaluator } from '../iam/policy-evaluation.ts';
import { PrincipalStore } from '../iam/principals.ts';
import { lambdaApi } from '../lambda/api.ts';
import type { Invoke } from '../lambda/function-definition.ts';
import { mskApi } from '../msk/api.ts';
import { S3Api } from '../s3/api.ts';
import { secretsManagerApi } from '../secrets-manager/api.ts';
import { SecretStore } from '../secrets-manager/secret-store.ts';
import { sts } from '../sts/service.ts';
import { AwsEndpoint } from './service.ts';

export const BUCKET = 'order-receipts';
export const CLUSTER_ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/orders/1-2';

/** For tests: allows all but what it is told to refuse, and remembers what it was asked. */
class RecordingEvaluator extends PolicyEvaluator {
  readonly asked: string[] = [];
  readonly refused = new Set<string>();

  override evaluate({ principal, action, resource }: AccessRequest) {
    this.asked.push(`${principal.name} ${action} ${resource}`);
    return { allowed: !this.refused.has(action), reason: 'said the test' };
  }
}

/** For tests: the endpoint on a free port, before the S3 server of a run with one bucket, and a role to call it as. */
export async function startEndpointFixture(o: { invoke?: Invoke } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'aws-endpoint-'));
  const store = await startObjectStore({ dir: join(dir, 's3'), runDir: join(dir, 'run'), log: silentLog });
  const { url, credentials } = store;
  const s3 = new S3Client({ endpoint: url, credentials, region: 'us-east-1', forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  s3.destroy();
  const principals = new PrincipalStore();
  const role = { kind: 'role', name: 'writer', arn: 'arn:aws:iam::000000000000:role/writer' } as const;
  const evaluator = new RecordingEvaluator();
  const secrets = new SecretStore(join(dir, 'secrets'));
  const endpoint = new AwsEndpoint(0, { principals, evaluator }, silentLog);
  const s3Api = new S3Api(url);
  const invoke = o.invoke ?? (() => Promise.reject(new Error('no function was expected to run')));
  endpoint.serve([
    { api: s3Api },
    { api: secretsManagerApi(secrets) },
    { api: lambdaApi({ invoke, log: silentLog }) },
    { api: mskApi((clusterArn) => (clusterArn === CLUSTER_ARN ? 'localhost:9098' : undefined)) },
    sts,
  ]);
  await endpoint.open();
  return {
    endpoint,
    evaluator,
    secrets,
    role,
    /** What an SDK client needs to call as the role. */
    client: { endpoint: endpoint.url, region: 'us-east-1', credentials: principals.issue(role), maxAttempts: 1 },
    stop: async () => {
      await endpoint.stop();
      s3Api.close();
      await store.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type EndpointFixture = Awaited<ReturnType<typeof startEndpointFixture>>;
