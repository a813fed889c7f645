import { join } from 'node:path';
import { z } from 'zod';
import { runDirOf } from '../../../tooling/paths.ts';
import type { PortClaim } from '../../../tooling/ports.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import { arnOf } from '../../aws-identity.ts';
import { singleBrokerProperties } from '../../engines/kafka/properties.ts';
import { startKafka } from '../../engines/kafka/start-kafka.ts';
import type { Iam } from '../iam/service.ts';
import { type Listener, Listeners } from '../listeners.ts';
import { physicalName, resourceHash, resourceUuid } from '../physical-names.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';
import { type Run, required, type Service, stopAll } from '../service.ts';
import { mskApi } from './api.ts';
import { type Cluster, serveCluster } from './cluster.ts';
import { denialLog } from './denial-log.ts';
import { plaintextKafka, signedInKafka } from './kafka-client.ts';
import { ensureTopic, topicProperties } from './topic.ts';

export { errorsIn, guarded, type KafkaConnection, reasonOf } from './kafka-client.ts';

const CLUSTER = 'AWS::MSK::Cluster';
const MAX_CLUSTER_NAME = 64;

/** MSK: clusters, their configurations and topics. */
export class Msk implements Service {
  readonly #run: Run;
  readonly #iam: Iam;
  readonly #listeners: Listeners;
  /** By ARN. */
  readonly #clusters = new Map<string, Cluster>();
  /** By name: `host:port` of each cluster's plaintext listener. */
  readonly operatorAddresses = new Map<string, string>();
  /** By ARN: the broker's settings that apply here. */
  readonly #configurations = new Map<string, Readonly<Record<string, string>>>();
  readonly #running: Required<Pick<Service, 'stop'>>[] = [];

  constructor(run: Run, iam: Iam) {
    this.#run = run;
    this.#iam = iam;
    this.#listeners = new Listeners(run, 'kafka', ({ Type, Properties }) =>
      Type === CLUSTER ? Properties?.ClusterName : null,
    );
  }

  readonly api = mskApi((clusterArn) => this.#clusters.get(clusterArn)?.bootstrapServers);

  readonly resources: ResourceProviders = {
    [CLUSTER]: provider(
      'an Apache Kafka broker behind a listener that takes MSK IAM tokens',
      z.object({
        ClusterName: z.string().optional(),
        ConfigurationInfo: z.object({ Arn: z.string() }).optional(),
      }),
      async ({ ClusterName, ConfigurationInfo }, request) => {
        const name = ClusterName ?? physicalName(request, MAX_CLUSTER_NAME);
        // AWS's form: the name, and a UUID that ends in a number of its own.
        const arn = arnOf('kafka', `cluster/${name}/${resourceHash(request, 32)}-1`);
        const properties = this.#configuration(ConfigurationInfo?.Arn);
        this.#clusters.set(arn, await this.#startCluster(this.#listeners.of(request), arn, properties, request.signal));
        return created(arn, { Arn: arn });
      },
    ),

    'AWS::MSK::Configuration': provider(
      "the broker's settings, without those of replication",
      z.object({ Name: z.string(), ServerProperties: z.string() }),
      ({ Name, ServerProperties }, request) => {
        const arn = arnOf('kafka', `configuration/${Name}/${resourceUuid(request)}-1`);
        this.#configurations.set(arn, singleBrokerProperties(ServerProperties));
        return created(arn, { Arn: arn, 'LatestRevision.Revision': 1 });
      },
    ),

    'AWS::MSK::Topic': provider(
      'a topic on the local broker, kept between runs; it has one replica',
      z.object({ ClusterArn: z.string() }).and(topicProperties),
      async ({ ClusterArn, ...topic }) => {
        const cluster = this.#cluster(ClusterArn);
        const log = this.#run.log.child('kafka');
        const bootstrapServers = cluster.operatorAddress;
        await ensureTopic(plaintextKafka({ clientId: 'deployment', bootstrapServers }), topic, log);
        await cluster.accessList.refresh();
        const arn = `${ClusterArn.replace(':cluster/', ':topic/')}/${topic.name}`;
        return created(arn, { TopicArn: arn });
      },
    ),
  };

  ports(): PortClaim[] {
    return this.#listeners.claims();
  }

  async stop(): Promise<void> {
    await stopAll(this.#running);
  }

  /**
   * How the consumer group of a mapping signs in as a role, and the address as events name it: `host:port`.
   *
   * @throws Error when this run has no such cluster
   */
  async connectAs(role: Principal, { clusterArn, group }: { clusterArn: string; group: string }) {
    const { bootstrapServers, accessList } = this.#cluster(clusterArn);
    accessList.addGroup(group);
    const credentials = this.#iam.principals.issue(role);
    const authority = await this.#run.authorities('public');
    return { kafka: signedInKafka({ credentials, bootstrapServers, authority }), bootstrapServers };
  }

  #cluster(arn: string): Cluster {
    return required(this.#clusters.get(arn), `Kafka cluster ${arn}`);
  }

  #configuration(arn: string | undefined): Readonly<Record<string, string>> | undefined {
    return arn === undefined ? undefined : required(this.#configurations.get(arn), `Kafka configuration ${arn}`);
  }

  async #startCluster(
    { name, port }: Listener,
    arn: string,
    properties: Readonly<Record<string, string>> | undefined,
    signal: AbortSignal,
  ): Promise<Cluster> {
    const { settings, authorities } = this.#run;
    const log = this.#run.log.child('kafka');
    const broker = await startKafka({
      dir: join(settings.dataDir, 'kafka', name),
      runDir: runDirOf(settings.dataDir),
      cacheDir: settings.cacheDir,
      plaintextPort: port,
      saslAdvertisedPort: 0,
      ...(properties === undefined ? {} : { properties }),
      onDenial: denialLog({ clusterArn: arn, iam: this.#iam, log }),
      signal,
      log,
    });
    this.#running.push(broker);
    const authority = await authorities('public');
    const cluster = await serveCluster({
      broker,
      arn,
      iam: this.#iam,
      certificate: await authority.issue('kafka'),
      log,
    });
    this.#running.push(cluster);
    this.operatorAddresses.set(name, cluster.operatorAddress);
    return cluster;
  }
}
