import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What differs between a stage that may be thrown away and one that serves customers. */
export interface Stage {
  readonly name: 'dev' | 'prod';
  /** Whether data goes with its stack. */
  readonly disposable: boolean;
  readonly logRetention: RetentionDays;
  /** Availability zones of the network; the brokers are a multiple of them. */
  readonly availabilityZones: number;
  readonly database: {
    /** Instance type without the `db.` prefix. */
    readonly instanceType: string;
    readonly multiAz: boolean;
    readonly storageGiB: number;
    readonly backupDays: number;
  };
  readonly kafka: {
    readonly instanceType: string;
    readonly brokers: number;
    readonly replicationFactor: number;
    readonly minInSyncReplicas: number;
    readonly storageGiB: number;
  };
}

/** The settings of each stage, by its name: `dev` is small and disposable, `prod` survives a zone and keeps its data. */
export const STAGES: Readonly<Record<Stage['name'], Stage>> = {
  dev: {
    name: 'dev',
    disposable: true,
    logRetention: RetentionDays.ONE_WEEK,
    availabilityZones: 2,
    database: { instanceType: 't4g.micro', multiAz: false, storageGiB: 20, backupDays: 1 },
    kafka: {
      instanceType: 'kafka.t3.small',
      brokers: 2,
      replicationFactor: 2,
      // With one of two replicas down, writes go on.
      minInSyncReplicas: 1,
      storageGiB: 10,
    },
  },
  prod: {
    name: 'prod',
    disposable: false,
    logRetention: RetentionDays.THREE_MONTHS,
    availabilityZones: 3,
    database: { instanceType: 'm7g.large', multiAz: true, storageGiB: 100, backupDays: 14 },
    kafka: {
      instanceType: 'kafka.m7g.large',
      brokers: 3,
      replicationFactor: 3,
      minInSyncReplicas: 2,
      storageGiB: 100,
    },
  },
};

/** What becomes of a stage's data when its resource leaves the stack. */
export function removalPolicyOf(stage: Stage): RemovalPolicy {
  return stage.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}
