import type { Log } from '../../../tooling/log.ts';
import type { Admits } from '../../../tooling/sockets.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import type { Denial } from '../../engines/kafka/denial.ts';
import type { Kafka } from '../../engines/kafka/start-kafka.ts';
import type { Certificate } from '../../tls/authority.ts';
import type { Iam } from '../iam/service.ts';
import { AccessList } from './access-list.ts';
import { grantsOf } from './grants.ts';
import { type DirectKafka, directKafka, plaintextKafka } from './kafka-client.ts';
import { startSignInListener } from './listener.ts';
import { createTokenAuthenticator, requireConnect, unsecuredToken } from './oauthbearer.ts';

export interface ClusterOptions {
  readonly arn: string;
  readonly broker: Pick<Kafka, 'host' | 'plaintextPort' | 'saslPort' | 'saslAdvertisedPort' | 'userClaim'>;
  readonly iam: Pick<Iam, 'principals' | 'evaluator' | 'policies'>;
  readonly certificate: Certificate;
  /** All may connect to the brokers by default. */
  readonly admits?: Admits;
  /** Where clients sign in, if not where the broker sends them. */
  readonly listenerPort?: number;
  /** Told of what is refused in the broker's place. */
  readonly onDenial: (denial: Denial) => void;
  readonly log: Log;
}

/** A broker that clients reach as one of MSK. */
export interface Cluster {
  /** `host:port` without encryption and sign-in, for the operator. */
  readonly operatorAddress: string;
  /** `host:port` of the sign-in listener, for functions. */
  readonly bootstrapServers: string;
  /** Of that listener. */
  readonly port: number;
  readonly accessList: AccessList;
  /** How this process itself reads as a principal. */
  directAs(principal: Principal): DirectKafka;
  /** Ends what is in front of the broker. */
  stop(): Promise<void>;
}

/** Lets clients of a broker sign in with IAM, and the broker decide by their policies. */
export async function serveCluster(options: ClusterOptions): Promise<Cluster> {
  const { arn, broker, iam, certificate, log } = options;
  // By address: `localhost` may mean ::1 alone.
  const operatorAddress = `127.0.0.1:${broker.plaintextPort}`;
  const accessList = new AccessList({
    clusterArn: arn,
    kafka: plaintextKafka({ clientId: 'access-list', bootstrapServers: operatorAddress }),
    grantsOf: (principal) => grantsOf(iam, principal),
    log,
  });
  iam.policies.onRoleChange((roleName) => accessList.refresh(roleName));
  const listener = await startSignInListener({
    port: options.listenerPort ?? broker.saslAdvertisedPort,
    broker: {
      host: broker.host,
      port: broker.saslPort,
      userClaim: broker.userClaim,
      grant: (principal) => accessList.grant(principal),
    },
    certificate,
    admits: options.admits,
    authenticate: createTokenAuthenticator({ ...iam, clusterArn: arn }),
    onDenial: options.onDenial,
    log,
  });
  return {
    operatorAddress,
    bootstrapServers: `127.0.0.1:${listener.port}`,
    port: listener.port,
    accessList,
    directAs: (principal) =>
      directKafka(broker, async () => {
        requireConnect(principal, { ...iam, clusterArn: arn });
        return unsecuredToken(broker.userClaim, (await accessList.grant(principal)).name);
      }),
    async stop() {
      accessList.stop();
      await listener.stop();
    },
  };
}
