import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { KafkaAccess } from '../../../tests/support/engines.ts';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { loadAuthority } from '../../tls/authority.ts';
import { Iam, principalOfRole } from '../iam/service.ts';
import { serveCluster } from './cluster.ts';
import { KAFKA_ACTIONS } from './kafka-actions.ts';
import { signedInKafka } from './kafka-client.ts';
import { mskClient } from './msk-fixture.ts';

export const CLUSTER_ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/11111111-2222-3333-4444-555555555555-1';

/** Shared by all who use the broker: what is not named here needs a name of its own. */
export interface Names {
  readonly topic: string;
  readonly group: string;
  readonly 'transactional-id': string;
}

/** The broker of all engine tests, behind a listener of its own that has its own roles and policies. */
export async function clusterWithPolicies({ broker }: KafkaAccess) {
  const dir = mkdtempSync(join(tmpdir(), 'permissions-'));
  const authority = await loadAuthority(dir, 'public');
  const iam = new Iam();
  const log = memoryLog();
  const cluster = await serveCluster({
    arn: CLUSTER_ARN,
    broker,
    iam,
    certificate: await authority.issue('msk'),
    listenerPort: 0,
    log,
  });

  /** A role without permissions, and clients that sign in as it. */
  function newRole() {
    const name = `role-${crypto.randomUUID()}`;
    const credentials = iam.principals.issue(principalOfRole(`arn:aws:iam::000000000000:role/${name}`));
    const access = { mskPort: cluster.port, caPem: authority.certificatePem, credentials };
    const client = (more: Parameters<typeof mskClient>[1] = {}) =>
      mskClient(access, {
        retry: { retries: 0 },
        // The broker sends its clients to the listener of the other tests.
        socketFactory: ({ ssl, onConnect }) => connect({ ...ssl, port: cluster.port, host: '127.0.0.1' }, onConnect),
        ...more,
      });
    /** Lets the role do these actions, and no others. */
    const mayDo = (actions: readonly string[], names: Names) =>
      iam.policies.putRolePolicy(name, 'kafka', {
        Version: '2012-10-17',
        Statement: actions.map((action) => ({
          Effect: 'Allow',
          Action: `kafka-cluster:${action}`,
          Resource: resourceOf(action, names),
        })),
      });
    const connection = signedInKafka({ credentials, bootstrapServers: `127.0.0.1:${cluster.port}`, authority });
    return { name, credentials, client, connection, mayDo };
  }

  return {
    iam,
    log,
    newRole,
    async stop() {
      await cluster.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function resourceOf(action: string, names: Names): string {
  const resource = KAFKA_ACTIONS.find(({ name }) => name === `kafka-cluster:${action}`)?.resource ?? 'cluster';
  return resource === 'cluster'
    ? CLUSTER_ARN
    : `${CLUSTER_ARN.replace(':cluster/', `:${resource}/`)}/${names[resource]}`;
}

/** How Kafka refused: the name of its error, or the message where there is none; undefined when it did not. */
export async function refusalOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return nameOf(error as KafkaError);
  }
}

/** What the two libraries make of an error of the protocol. */
interface KafkaError {
  readonly message: string;
  readonly type?: string;
  readonly apiId?: string;
  readonly cause?: KafkaError;
  readonly errors?: readonly KafkaError[];
  readonly groups?: readonly { readonly error: KafkaError }[];
}

function nameOf({ type, apiId, cause, errors, groups, message }: KafkaError): string {
  const inner = errors?.[0] ?? groups?.[0]?.error ?? cause;
  return type ?? apiId ?? (inner ? nameOf(inner) : message);
}
