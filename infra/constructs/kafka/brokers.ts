import type { Connections } from 'aws-cdk-lib/aws-ec2';
import type { Stage } from '../../config/stage.ts';

export const KAFKA_VERSION = '4.1.x.kraft';

/** The brokers of a cluster, for those who use them. */
export interface Brokers {
  /** Of the cluster. */
  readonly arn: string;
  /** `host:port,host:port` of the listeners that functions use. */
  readonly bootstrapServers: string;
  /** How functions sign in: with IAM, over TLS, or not at all, in plaintext. */
  readonly auth: 'iam' | 'none';
  readonly replicationFactor: number;
  readonly connections: Connections;
}

/** The brokers' own settings, as lines of a properties file. */
export function serverProperties(copies: Pick<Stage['kafka'], 'replicationFactor' | 'minInSyncReplicas'>): string {
  return [
    'auto.create.topics.enable=false',
    `default.replication.factor=${copies.replicationFactor}`,
    `min.insync.replicas=${copies.minInSyncReplicas}`,
  ].join('\n');
}
