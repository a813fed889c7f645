import type { Socket } from 'node:net';
import { join } from 'node:path';

import { z } from 'zod';
import type { Log } from '../../../tooling/log.ts';
import { runDirOf } from '../../../tooling/paths.ts';
import type { PortClaim } from '../../../tooling/ports.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import { arnOf } from '../../aws-identity.ts';
import { singleBrokerProperties } from '../../engines/kafka/properties.ts';
import { startKafka } from '../../engines/kafka/start-kafka.ts';
import { hiddenAddress, startPortGuard } from '../../engines/port-guard.ts';
import type { Ec2, Target } from '../ec2/service.ts';
import type { Iam } from '../iam/service.ts';
import { type Listener, Listeners } from '../listeners.ts';
import { constructPath, physicalName, resourceHash, resourceUuid } from '../physical-names.ts';
import { boolean, created, mustBeOff, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { type Run, required, type Service, stopAll } from '../service.ts';
import { mskApi } from './api.ts';
import { type Cluster, serveCluster } from './cluster.ts';
import { denialLog } from './denial-log.ts';
import { plaintextKafka, signedInKafka } from './kafka-client.ts';
import { type Brokers, pollerRefusal } from './poller-network.ts';
import { ensureTopic, topicProperties } from './topic.ts';

export {
  type DirectKafka,
  errorsIn,
  guarded,
  guardedConnection,
  type KafkaConnection,
  reasonOf,
} from './kafka-client.ts';

const CLUSTER = 'AWS::MSK::Cluster';
const MAX_CLUSTER_NAME = 64;
/** https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const IAM_PORT = 9098;

const other = z.object({ Enabled: mustBeOff }).optional();

/** How clients sign in: by IAM alone. */
const clientAuthentication = z.object(
  {
    Sasl: z.object({ Iam: z.object({ Enabled: boolean.refine((on) => on, 'must be on') }), Scram: other }),
    Tls: other,
    Unauthenticated: other,
  },
  'must have Sasl.Iam: the local runner supports no other way to sign in',
);

interface ClusterStart {
  readonly listener: Listener;
  readonly arn: string;
  readonly brokers: Brokers;
  readonly properties: Readonly<Record<string, string>> | undefined;
}

/** MSK: clusters, their configurations and topics. */
export class Msk implements Service {
  readonly #run: Run;
  readonly #iam: Iam;
  readonly #ec2: Pick<Ec2, 'network' | 'connections'>;
  readonly #listeners: Listeners;
  /** By ARN. */
  readonly #clusters = new Map<string, Cluster & { readonly brokers: Brokers }>();
  /** By name: `host:port` of each cluster's plaintext listener. */
  readonly operatorAddresses = new Map<string, string>();
  /** By ARN: the broker's settings that apply here. */
  readonly #configurations = new Map<string, Readonly<Record<string, string>>>();
  readonly #running: Required<Pick<Service, 'stop'>>[] = [];

  constructor(run: Run, iam: Iam, ec2: Pick<Ec2, 'network' | 'connections'>) {
    this.#run = run;
    this.#iam = iam;
    this.#ec2 = ec2;
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
        ClientAuthentication: clientAuthentication,
        ConfigurationInfo: z.object({ Arn: z.string() }).optional(),
        BrokerNodeGroupInfo: z
          .object({ ClientSubnets: z.array(z.string()), SecurityGroups: z.array(z.string()).default([]) })
          .optional(),
      }),
      async ({ ClusterName, ConfigurationInfo, BrokerNodeGroupInfo: nodes }, request) => {
        const name = ClusterName ?? physicalName(request, MAX_CLUSTER_NAME);
        // AWS's form: the name, and a UUID that ends in a number of its own.
        const arn = arnOf('kafka', `cluster/${name}/${resourceHash(request, 32)}-1`);
        const properties = this.#configuration(ConfigurationInfo?.Arn);
        const brokers: Brokers = {
          kind: 'private',
          name: constructPath(request),
          place: nodes && this.#ec2.network.placeOf(nodes.ClientSubnets, nodes.SecurityGroups),
          ports: [IAM_PORT],
        };
        const listener = this.#listeners.of(request);
        const cluster = await this.#startCluster({ listener, arn, brokers, properties }, request.signal);
        const remove = register(this.#clusters, arn, { ...cluster, brokers });
        return created(arn, { Arn: arn }, async () => {
          if (remove()) await cluster.stop();
        });
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
      REPLACED,
    ),
  };

  ports(): PortClaim[] {
    return this.#listeners.claims();
  }

  async stop(): Promise<void> {
    await stopAll(this.#running);
  }

  /**
   * How the consumer group of a mapping signs in as a role, how its records are read, and the address as events name it: `host:port`.
   *
   * @throws Error when this run has no such cluster
   */
  async connectAs(role: Principal, { clusterArn, group }: { clusterArn: string; group: string }) {
    const { bootstrapServers, accessList, directAs } = this.#cluster(clusterArn);
    accessList.addGroup(group);
    const credentials = this.#iam.principals.issue(role);
    const authority = await this.#run.authorities('public');
    const kafka = signedInKafka({ credentials, bootstrapServers, authority });
    return { kafka, leader: directAs(role), bootstrapServers };
  }

  /** Why pollers do not reach a cluster's brokers; undefined when they do. @throws Error when this run has no such cluster */
  pollerRefusal(clusterArn: string): string | undefined {
    return pollerRefusal(this.#ec2.network, this.#cluster(clusterArn).brokers);
  }

  #cluster(arn: string) {
    return required(this.#clusters.get(arn), `Kafka cluster ${arn}`);
  }

  #configuration(arn: string | undefined): Readonly<Record<string, string>> | undefined {
    return arn === undefined ? undefined : required(this.#configurations.get(arn), `Kafka configuration ${arn}`);
  }

  async #startCluster({ listener, arn, brokers, properties }: ClusterStart, signal: AbortSignal): Promise<Cluster> {
    const { settings, authorities } = this.#run;
    const log = this.#run.log.child('kafka');
    const onDenial = denialLog({ clusterArn: arn, iam: this.#iam, log });
    const broker = await startKafka({
      dir: join(settings.dataDir, 'kafka', listener.name),
      runDir: runDirOf(settings.dataDir),
      cacheDir: settings.cacheDir,
      ...(await this.#operatorPort(listener.port, log)),
      saslAdvertisedPort: 0,
      ...(properties === undefined ? {} : { properties }),
      onDenial,
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
      admits: (client) => this.#ec2.connections.admits(client, brokers),
      onDenial,
      log,
    });
    this.#running.push(cluster);
    this.operatorAddresses.set(listener.name, cluster.operatorAddress);
    this.#ec2.connections.assign(cluster.port, brokers);
    return cluster;
  }

  /**
   * Where the broker is to listen: hidden, behind a guard that keeps functions from the operator's port. Where the system does not
   * tell whose a connection is, clients find the broker itself.
   */
  async #operatorPort(port: number, log: Log): Promise<{ plaintextPort: number; host?: string }> {
    const { connections } = this.#ec2;
    if (!SOCKET_OWNERS_ARE_KNOWN) return { plaintextPort: port };
    const target: Target = { kind: 'operator', name: 'Kafka without sign-in' };
    const host = hiddenAddress();
    const admits = (client: Socket) => connections.admits(client, target);
    const guard = await startPortGuard({ addresses: ['127.0.0.1'], port, host, admits, log });
    this.#running.push(guard);
    connections.assign(guard.port, target);
    return { plaintextPort: guard.port, host };
  }
}
