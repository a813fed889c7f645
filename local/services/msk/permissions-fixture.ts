import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Admin, FindCoordinatorKeyTypes } from '@platformatic/kafka';
import type { Kafka } from 'kafkajs';
import { onTestFinished, vi } from 'vitest';
import type { KafkaAccess } from '../../../tests/support/engines.ts';
import { createTopic } from '../../../tests/support/topics.ts';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { OPERATOR_CREDENTIALS } from '../../aws-identity.ts';
import { loadAuthority } from '../../tls/authority.ts';
import { type Credentials, Iam, principalOfRole } from '../iam/service.ts';
import { arnOfResource } from './acls.ts';
import { serveCluster } from './cluster.ts';
import { denialLog } from './denial-log.ts';
import { KAFKA_ACTIONS } from './kafka-actions.ts';
import { type KafkaConnection, plaintextKafka, signedInKafka } from './kafka-client.ts';
import { mskClient, operatorClient, send } from './msk-fixture.ts';

export const CLUSTER_ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/11111111-2222-3333-4444-555555555555-1';

/** Shared by all who use the broker: what is not named here needs a name of its own. */
export interface Names {
  readonly topic: string;
  readonly group: string;
  readonly 'transactional-id': string;
}

/** How somebody uses the cluster: with KafkaJS, and with the library of the pollers. */
export interface Clients {
  readonly client: (more?: Parameters<typeof mskClient>[1]) => Kafka;
  readonly connection: KafkaConnection;
}

/** The broker of all engine tests, behind a listener of its own that has its own roles and policies. */
export async function clusterWithPolicies(access: KafkaAccess) {
  const operator = operatorClient(access);
  const superUser = plaintextKafka({ clientId: 'test', bootstrapServers: `127.0.0.1:${access.port}` });
  const dir = mkdtempSync(join(tmpdir(), 'permissions-'));
  const authority = await loadAuthority(dir, 'public');
  const iam = new Iam();
  const log = memoryLog();
  const cluster = await serveCluster({
    arn: CLUSTER_ARN,
    broker: access.broker,
    iam,
    certificate: await authority.issue('msk'),
    listenerPort: 0,
    onDenial: denialLog({ clusterArn: CLUSTER_ARN, iam, log }),
    log,
  });

  /** Clients that sign in here with these credentials. The broker sends them to the listener of the other tests. */
  function clientsOf(credentials: Credentials): Clients {
    const listener = { mskPort: cluster.port, caPem: authority.certificatePem, credentials };
    const client: Clients['client'] = (more) =>
      mskClient(listener, {
        retry: { retries: 0 },
        socketFactory: ({ ssl, onConnect }) => connect({ ...ssl, port: cluster.port, host: '127.0.0.1' }, onConnect),
        ...more,
      });
    const signedIn = signedInKafka({ credentials, bootstrapServers: `127.0.0.1:${cluster.port}`, authority });
    const connection = { ...signedIn, tls: { ...signedIn.tls, port: cluster.port } };
    return { client, connection };
  }

  /** A role without permissions. */
  function newRole() {
    const name = `role-${crypto.randomUUID()}`;
    const role = principalOfRole(`arn:aws:iam::000000000000:role/${name}`);
    const credentials = iam.principals.issue(role);
    const put = (policyName: string, actions: readonly string[], names: Names) =>
      iam.policies.putRolePolicy(name, policyName, {
        Version: '2012-10-17',
        Statement: actions.map((action) => ({
          Effect: 'Allow',
          Action: `kafka-cluster:${action}`,
          Resource: resourceOf(action, names),
        })),
      });
    /** Lets the role do these actions, and no others. */
    const mayDo = (actions: readonly string[], names: Names) => put('kafka', actions, names);
    const mayAlsoDo = (actions: readonly string[], names: Names) => put('more', actions, names);
    return { ...clientsOf(credentials), arn: role.arn, credentials, direct: cluster.directAs(role), mayDo, mayAlsoDo };
  }

  /** A topic with a record, and a group without members. */
  async function newNames(): Promise<Names> {
    const [topic, group] = [crypto.randomUUID(), crypto.randomUUID()];
    await createTopic(operator, topic, 1);
    await send(operator, topic, 'to be read');
    const admin = new Admin(superUser);
    onTestFinished(() => admin.close());
    const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 0n }] }];
    // The topics of groups and of transactions are made for the first of each.
    await vi.waitFor(() => admin.alterConsumerGroupOffsets({ groupId: group, topics }), { timeout: 30_000 });
    const coordinator = { keyType: FindCoordinatorKeyTypes.TRANSACTION, keys: [group] };
    await vi.waitFor(() => admin.findCoordinator(coordinator), { timeout: 30_000 });
    return { topic, group, 'transactional-id': crypto.randomUUID() };
  }

  return {
    newRole,
    newNames,
    operator: clientsOf(OPERATOR_CREDENTIALS),
    /** Of the listener. */
    log: log.lines,
    async stop() {
      await cluster.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function resourceOf(action: string, names: Names): string {
  const resource = KAFKA_ACTIONS.find(({ name }) => name === `kafka-cluster:${action}`)?.resource ?? 'cluster';
  return arnOfResource(CLUSTER_ARN, resource, resource === 'cluster' ? '' : names[resource]);
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
