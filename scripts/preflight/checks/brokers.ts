import { paginateListKafkaVersions } from '@aws-sdk/client-kafka';
import { type Check, lack } from '../check.ts';

/** Whether MSK still offers the Kafka version of the cluster for new clusters, and already offers it in the Region. */
export const brokers: Check = {
  title: 'Kafka version',
  async find({ aws, resources, region }) {
    const clusters = resources.filter(({ type }) => type === 'AWS::MSK::Cluster');
    if (clusters.length === 0) return [];
    const active: string[] = [];
    for await (const page of paginateListKafkaVersions({ client: aws.kafka }, {})) {
      const versions = page.KafkaVersions?.filter(({ Status }) => Status === 'ACTIVE') ?? [];
      active.push(...versions.map(({ Version = '' }) => Version));
    }
    return clusters
      .map(({ property }) => String(property('KafkaVersion')))
      .filter((version) => !active.includes(version))
      .map((version) =>
        lack(
          `MSK does not offer Kafka ${version} in ${region}.`,
          `Set KAFKA_VERSION in infra/constructs/kafka/brokers.ts to one that it offers (${active.join(', ')}), or deploy to another Region.`,
        ),
      );
  },
};
