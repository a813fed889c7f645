import { Admin, FindCoordinatorKeyTypes } from '@platformatic/kafka';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, type Kafka, ResourcePatternTypes } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { guarded } from './kafka-client.ts';
import { send } from './msk-fixture.ts';
import type { Clients, Names } from './permissions-fixture.ts';

/** Something that a client does with a topic and a group. @throws what Kafka says when it refuses */
export type Operation = (clients: Clients, names: Names) => Promise<unknown>;

const [TOPIC, BROKER] = [2, 4];
const ANY_ACL = {
  resourceType: AclResourceTypes.ANY,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
};

function withAdmin(work: (admin: ReturnType<Kafka['admin']>, names: Names) => Promise<unknown>): Operation {
  return async ({ client }, names) => {
    const admin = client().admin();
    onTestFinished(() => admin.disconnect());
    await admin.connect();
    return work(admin, names);
  };
}

/** Without effect: the change is only checked. */
const alteration = (type: number, name: string, setting: string) => ({
  validateOnly: true,
  resources: [{ type, name, configEntries: [{ name: setting, value: '1000' }] }],
});
const description = (type: number, name: string) => ({ resources: [{ type, name }], includeSynonyms: false });

export const connect = withAdmin(async () => {});
export const describeTopic = withAdmin((admin, { topic }) => admin.fetchTopicMetadata({ topics: [topic] }));
/** Of a topic that exists, so that it has no effect where it is allowed. */
export const createTopic = withAdmin((admin, { topic }) => admin.createTopics({ topics: [{ topic }] }));
export const addPartitions = withAdmin((admin, { topic }) =>
  admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }),
);
export const deleteTopic = withAdmin((admin, { topic }) => admin.deleteTopics({ topics: [topic] }));
export const deleteGroup = withAdmin((admin, { group }) => admin.deleteGroups([group]));
export const describeTopicConfigs = withAdmin((admin, { topic }) => admin.describeConfigs(description(TOPIC, topic)));
export const alterTopicConfigs = withAdmin((admin, { topic }) =>
  admin.alterConfigs(alteration(TOPIC, topic, 'retention.ms')),
);
export const describeBrokerConfigs = withAdmin((admin) => admin.describeConfigs(description(BROKER, '1')));
export const alterBrokerConfigs = withAdmin((admin) =>
  admin.alterConfigs(alteration(BROKER, '1', 'log.cleaner.backoff.ms')),
);
export const describeAcls = withAdmin((admin) => admin.describeAcls(ANY_ACL));
export const deleteAcls = withAdmin((admin) =>
  admin.deleteAcls({ filters: [{ ...ANY_ACL, principal: 'User:nobody' }] }),
);

/** Lets another user write to the topic, by an entry of the access list and not by its policies. */
export const allowWriting = (user: string) =>
  withAdmin((admin, { topic }) =>
    admin.createAcls({
      acl: [
        {
          resourceType: AclResourceTypes.TOPIC,
          resourceName: topic,
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: `User:${user}`,
          host: '*',
          operation: AclOperationTypes.WRITE,
          permissionType: AclPermissionTypes.ALLOW,
        },
      ],
    }),
  );

export const produce: Operation = ({ client }, { topic }) => send(client(), topic, 'a record');

export const produceIdempotently: Operation = async ({ client }, { topic }) => {
  const producer = client().producer({ idempotent: true, retry: { retries: 1 } });
  onTestFinished(() => producer.disconnect());
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'once' }] });
};

export const produceInTransaction: Operation = async ({ client }, { topic, 'transactional-id': transactionalId }) => {
  const settings = { transactionalId, idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } };
  const producer = client().producer(settings);
  onTestFinished(() => producer.disconnect());
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: 'once' }] });
  await transaction.commit();
};

/** Reads one record of a group. */
export const consume: Operation = async ({ client }, { topic, group: groupId }) => {
  const consumer = client().consumer({ groupId, retry: { retries: 0, restartOnFailure: async () => false } });
  onTestFinished(() => consumer.disconnect());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async () => resolve() });
  await promise;
};

/** KafkaJS does not tell why it found no coordinator. */
function findCoordinator(keyType: 'GROUP' | 'TRANSACTION', key: (names: Names) => string): Operation {
  return async ({ connection }, names) => {
    const admin = guarded(new Admin(connection));
    onTestFinished(() => admin.close());
    await admin.findCoordinator({ keyType: FindCoordinatorKeyTypes[keyType], keys: [key(names)] });
  };
}

export const findGroup = findCoordinator('GROUP', ({ group }) => group);
export const findTransaction = findCoordinator('TRANSACTION', (names) => names['transactional-id']);
