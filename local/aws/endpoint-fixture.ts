import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccessRequest, Authorizer } from '../iam/authorize.ts';
import { PrincipalStore } from '../iam/principals.ts';
import type { Log } from '../log.ts';
import { startAwsEndpoint } from './endpoint.ts';
import type { Invoke } from './lambda.ts';
import { SecretStore } from './secret-store.ts';

// s3rver has no type declarations.
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver');

export const BUCKET = 'order-receipts';

/** For tests: allows all but what it is told to refuse, and remembers what it was asked. */
export class RecordingAuthorizer extends Authorizer {
  readonly asked: string[] = [];
  readonly refused = new Set<string>();

  override authorize({ principal, action, resource }: AccessRequest) {
    this.asked.push(`${principal.name} ${action} ${resource}`);
    return { allowed: !this.refused.has(action), reason: 'said the test' };
  }
}

/** For tests: the endpoint on a free port, before a real S3 server with one bucket, and a role to call it as. */
export async function startEndpointFixture(o: { invoke?: Invoke } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'aws-endpoint-'));
  const store = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: join(dir, 's3'),
    configureBuckets: [{ name: BUCKET }],
  });
  const { address, port } = await store.run();
  const principals = new PrincipalStore();
  const role = { kind: 'role', name: 'writer', arn: 'arn:aws:iam::000000000000:role/writer' } as const;
  const authorizer = new RecordingAuthorizer();
  const secrets = new SecretStore(join(dir, 'secrets'));
  const endpoint = await startAwsEndpoint({
    port: 0,
    principals,
    authorizer,
    objectStore: { url: `http://${address}:${port}` },
    secrets,
    invoke: o.invoke ?? (() => Promise.reject(new Error('no function was expected to run'))),
    bootstrapBrokers: () => 'localhost:9098',
    log: silentLog(),
  });
  return {
    endpoint,
    authorizer,
    secrets,
    role,
    /** What an SDK client needs to call as the role. */
    client: { endpoint: endpoint.url, region: 'us-east-1', credentials: principals.issue(role), maxAttempts: 1 },
    stop: async () => {
      await endpoint.stop();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type EndpointFixture = Awaited<ReturnType<typeof startEndpointFixture>>;

export function silentLog(): Log {
  const ignore = () => undefined;
  return { info: ignore, warn: ignore, error: ignore, debug: ignore, child: silentLog };
}
