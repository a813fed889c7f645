import { join } from 'node:path';
import { z } from 'zod';
import { runDirOf } from '../../../tooling/paths.ts';
import { arnOf } from '../../aws-identity.ts';
import { singleBrokerProperties } from '../../engines/kafka/properties.ts';
import { startKafka } from '../../engines/kafka/start-kafka.ts';
import { physicalName, resourceHash, resourceUuid } from '../physical-names.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';
import { plaintextKafka } from './kafka-client.ts';
import { startSignInListener } from './listener.ts';
import { createTokenAuthenticator } from './oauthbearer.ts';
import { ensureTopic, topicOf, topicProperties } from './topic.ts';

const MAX_CLUSTER_NAME = 64;

/** MSK: clusters, their configurations and topics. */
export const mskProviders: ResourceProviders = {
  'AWS::MSK::Cluster': provider(
    'an Apache Kafka broker behind a listener that takes MSK IAM tokens',
    z.object({
      ClusterName: z.string().optional(),
      ConfigurationInfo: z.object({ Arn: z.string() }).optional(),
    }),
    async (properties, request) => {
      const { context } = request;
      const { settings, principals, authorizer, running } = context;
      if (context.kafkaClusters.size > 0) throw new Error('the local runner starts one Kafka cluster only');
      const { ConfigurationInfo: configuration } = properties;
      const brokerProperties = configuration && context.kafkaConfigurations.get(configuration.Arn);
      if (configuration && !brokerProperties) {
        throw new Error(`${configuration.Arn} is no Kafka configuration of this run`);
      }
      const name = properties.ClusterName ?? physicalName(request, MAX_CLUSTER_NAME);
      // AWS's form: the name, and a UUID that ends in a number of its own.
      const arn = arnOf('kafka', `cluster/${name}/${resourceHash(request, 32)}-1`);
      const log = context.log.child('kafka');
      const broker = await startKafka({
        dir: join(settings.dataDir, 'kafka', name),
        runDir: runDirOf(settings.dataDir),
        cacheDir: settings.cacheDir,
        operatorPort: settings.ports.kafka,
        mskPort: 0,
        ...(brokerProperties === undefined ? {} : { properties: brokerProperties }),
        log,
      });
      running.engines.push(broker);
      const listener = await startSignInListener({
        port: broker.mskPort,
        brokerPort: broker.mskBrokerPort,
        certificate: await context.authorities.public.issue('kafka'),
        authenticate: createTokenAuthenticator({ principals, authorizer, clusterArn: arn }),
        log,
      });
      running.engines.push({ name: 'kafka sign-in listener', stop: listener.stop });
      context.kafkaClusters.set(arn, {
        arn,
        operatorAddress: `localhost:${broker.port}`,
        bootstrapServers: `localhost:${listener.port}`,
      });
      return created(arn, { Arn: arn });
    },
  ),

  'AWS::MSK::Configuration': provider(
    "the broker's settings, without those of replication",
    z.object({ Name: z.string(), ServerProperties: z.string() }),
    ({ Name, ServerProperties }, request) => {
      const arn = arnOf('kafka', `configuration/${Name}/${resourceUuid(request)}-1`);
      request.context.kafkaConfigurations.set(arn, singleBrokerProperties(ServerProperties));
      return created(arn, { Arn: arn, 'LatestRevision.Revision': 1 });
    },
  ),

  'AWS::MSK::Topic': provider(
    'a topic on the local broker, kept between runs; it has one replica',
    topicProperties,
    async (properties, { context }) => {
      const { ClusterArn, TopicName } = properties;
      const cluster = context.kafkaClusters.get(ClusterArn);
      if (!cluster) throw new Error(`${ClusterArn} is no Kafka cluster of this run`);
      const log = context.log.child('kafka');
      const kafka = plaintextKafka({ clientId: 'deployment', bootstrapServers: cluster.operatorAddress, log });
      await ensureTopic(kafka, topicOf(properties));
      const arn = `${ClusterArn.replace(':cluster/', ':topic/')}/${TopicName}`;
      return created(arn, { TopicArn: arn });
    },
  ),
};
