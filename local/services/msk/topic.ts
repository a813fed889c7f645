import { setTimeout as delay } from 'node:timers/promises';
import { Admin, ConfigResourceTypes, findErrorBy, NetworkError } from '@platformatic/kafka';
import { z } from 'zod';
import type { Log } from '../../../tooling/log.ts';
import { forSingleBroker, singleBrokerProperties } from '../../engines/kafka/properties.ts';
import { guarded, type KafkaConnection } from './kafka-client.ts';

const CATCH_UP_MS = 10_000;

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/**
 * Base64 of lines of a properties file, as in AWS's guide, or of a JSON object with texts, as Terraform's provider sends in its tests
 * against AWS. The API reference leaves the form open.
 * https://docs.aws.amazon.com/msk/latest/developerguide/describe-topic-cli.html
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/kafka/topic.go
 */
const configs = z.base64().transform((encoded, context) => {
  const text = Buffer.from(encoded, 'base64').toString('utf8').trim();
  const isProperties = /^[\w.]+\s*=.*(\s*\n\s*[\w.]+\s*=.*)*$/.test(text);
  try {
    return isProperties
      ? singleBrokerProperties(text)
      : forSingleBroker(z.record(z.string(), z.string()).parse(JSON.parse(text)));
  } catch {
    context.addIssue('must be base64 of lines such as retention.ms=1000, or of a JSON object with texts as values');
    return z.NEVER;
  }
});

/** Reads the properties of a topic, for one broker. */
export const topicProperties = z
  .object({ TopicName: z.string(), PartitionCount: z.coerce.number(), Configs: configs.optional() })
  .transform(
    ({ TopicName, PartitionCount, Configs = {} }): TopicDefinition => ({
      name: TopicName,
      partitions: PartitionCount,
      configs: Configs,
    }),
  );

/**
 * Creates a topic, or updates the configuration and the number of partitions of an existing one. One that has more partitions
 * stays as it is, with a warning: Kafka removes none, and a run reads them all.
 *
 * @throws the library's error when the broker refuses
 */
export async function ensureTopic(kafka: KafkaConnection, topic: TopicDefinition, log: Log): Promise<void> {
  const admin = guarded(new Admin(kafka));
  try {
    await whileBrokerCatchesUp(() => createOrUpdate(admin, topic, log));
  } finally {
    await admin.close();
  }
}

/** A broker that has just started may not know its topics for a moment. */
async function whileBrokerCatchesUp(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!findErrorBy(error as Error, 'canRetry', true) || performance.now() > deadline) throw error;
      await delay(100);
    }
  }
}

async function createOrUpdate(admin: Admin, topic: TopicDefinition, log: Log): Promise<void> {
  const configs = Object.entries(topic.configs).map(([name, value]) => ({ name, value }));
  const { name, partitions } = topic;
  try {
    await admin.createTopics({ topics: [{ topic: name, partitions, replicas: 1 }], configs });
  } catch (error) {
    if (!findErrorBy(error as Error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error;
    await addPartitions(admin, topic, log);
    await admin.alterConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs }],
    });
  }
}

async function addPartitions(admin: Admin, { name, partitions }: TopicDefinition, log: Log): Promise<void> {
  const existing = await countPartitions(admin, name);
  if (existing < partitions) await admin.createPartitions({ topics: [{ name, count: partitions }] });
  if (existing > partitions) {
    log.warn(
      `The topic ${name} has ${existing} partitions and its template ${partitions}. All are used, because Kafka cannot remove ` +
        'any. Put the number into the template, or drop all local data with `npm run reset`.',
    );
  }
}

async function countPartitions(admin: Admin, name: string): Promise<number> {
  // The library's own error for a topic that the broker does not know yet rules out another attempt.
  const metadata = await admin.metadata({ topics: [name] }).catch((error: Error) => {
    throw new NetworkError(error.message, { cause: error });
  });
  return metadata.topics.get(name)?.partitionsCount ?? 0;
}
