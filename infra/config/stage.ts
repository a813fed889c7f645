import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { RouteFunction } from '../../functions/contract/http/routes.ts';
import type { LocalStackTarget } from './localstack-target.ts';

/** Folders below functions/ that hold a handler. */
export type FunctionFolder =
  | RouteFunction
  | 'authorizer'
  | 'relay-outbox'
  | 'confirm-orders'
  | 'consume-orders'
  | 'migrate-shards'
  | 'move-users'
  | 'user-data'
  | 'dlt';

/** What differs between a stage that is disposable and one that serves customers. */
export interface Stage {
  readonly name: 'dev' | 'prod';
  /** The stand-ins for what LocalStack lacks (docs/localstack.md); undefined on AWS. */
  readonly localstack: LocalStackTarget | undefined;
  /** Whether data is deleted with its stack. */
  readonly disposable: boolean;
  readonly logRetention: RetentionDays;
  /** The number of brokers is a multiple of it. */
  readonly availabilityZones: number;
  /** Zones with a paid endpoint to an AWS service; functions in other zones share it. */
  readonly endpointZones: number;
  /** Reserved concurrency of each function. Undefined where the account's quota leaves nothing to reserve. */
  readonly concurrency: Readonly<Record<FunctionFolder, number>> | undefined;
  /** For each method and all of its callers together, before the API responds with 429. */
  readonly api: {
    readonly requestsPerSecond: number;
    readonly burst: number;
  };
  readonly database: {
    /** Instance type without the `db.` prefix. */
    readonly instanceType: string;
    readonly memoryGiB: number;
    readonly multiAz: boolean;
    readonly storageGiB: number;
    /** Storage does not grow when undefined. */
    readonly maxStorageGiB?: number;
    readonly backupDays: number;
  };
  readonly kafka: {
    /** See `kafkaInstanceType` in config.ts for what MSK accepts. */
    readonly instanceType: string;
    readonly brokers: number;
    readonly replicationFactor: number;
    readonly minInSyncReplicas: number;
    readonly storageGiB: number;
    /** Whether the brokers report more metrics than the free ones. */
    readonly brokerMetrics: boolean;
  };
}

/** On AWS. `dev` is small and disposable; `prod` survives the loss of a zone and keeps its data. */
export const STAGES: Readonly<Record<Stage['name'], Stage>> = {
  dev: {
    name: 'dev',
    localstack: undefined,
    disposable: true,
    logRetention: RetentionDays.ONE_WEEK,
    availabilityZones: 2,
    endpointZones: 1,
    // Those that connect to shards add up to 82, of at most 83 (`maxConnections` less those of others).
    concurrency: {
      'create-order': 36,
      'list-orders': 7,
      'get-order': 5,
      'get-receipt': 5,
      'get-stats': 5,
      overview: 5,
      health: 8,
      'describe-api': 5,
      authorizer: 50,
      'relay-outbox': 2,
      'confirm-orders': 5,
      'consume-orders': 10,
      'migrate-shards': 1,
      // A run each minute, and an operator's question beside it.
      'move-users': 2,
      // One erasure at a time.
      'user-data': 1,
      dlt: 2,
    },
    // Open to everybody without sign-in, at somebody's expense.
    api: { requestsPerSecond: 10, burst: 50 },
    database: { instanceType: 't4g.micro', memoryGiB: 1, multiAz: false, storageGiB: 20, backupDays: 1 },
    kafka: {
      instanceType: 'kafka.m7g.large',
      brokers: 2,
      replicationFactor: 2,
      // Writes continue with one of two replicas down.
      minInSyncReplicas: 1,
      storageGiB: 10,
      brokerMetrics: false,
    },
  },
  prod: {
    name: 'prod',
    localstack: undefined,
    disposable: false,
    logRetention: RetentionDays.THREE_MONTHS,
    availabilityZones: 3,
    endpointZones: 3,
    concurrency: {
      'create-order': 80,
      'list-orders': 50,
      'get-order': 25,
      'get-receipt': 25,
      'get-stats': 10,
      overview: 10,
      health: 5,
      'describe-api': 5,
      authorizer: 50,
      'relay-outbox': 2,
      'confirm-orders': 30,
      'consume-orders': 30,
      'migrate-shards': 1,
      'move-users': 2,
      'user-data': 1,
      dlt: 2,
    },
    api: { requestsPerSecond: 1000, burst: 2000 },
    database: {
      instanceType: 'm7g.large',
      memoryGiB: 8,
      multiAz: true,
      storageGiB: 100,
      maxStorageGiB: 1000,
      backupDays: 14,
    },
    kafka: {
      instanceType: 'kafka.m7g.large',
      brokers: 3,
      replicationFactor: 3,
      minInSyncReplicas: 2,
      storageGiB: 100,
      brokerMetrics: true,
    },
  },
};

/**
 * Connections of such an instance, which RDS computes from the memory of Postgres: at least 80 % of the instance's.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
 */
export function maxConnections({ memoryGiB }: Stage['database']): number {
  const usableBytes = 0.8 * memoryGiB * 1024 ** 3;
  return Math.min(Math.floor(usableBytes / 9_531_392), 5000);
}

/** For data. A resource that was not created has none; retained, its name would block the next attempt. */
export function removalPolicyOf(stage: Stage): RemovalPolicy {
  return stage.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
}
