import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MetricName } from '../../../functions/contract/metrics.ts';
import type { FunctionFolder, Stage } from '../../config/stage.ts';
import { accountWideName } from '../account-wide-name.ts';
import type { GroupOnTopic } from './alarms/delivery-alarms.ts';
import { apiMetrics, combine, databaseMetrics, type KafkaMetrics, lambdaMetrics, orderFlowMetric } from './metrics.ts';

const FULL_WIDTH = 24;
const THIRD = FULL_WIDTH / 3;
const QUARTER = FULL_WIDTH / 4;
const PERIOD = Duration.minutes(5);

export interface DashboardProps {
  readonly stage: Stage;
  readonly alarms: readonly IAlarm[];
  readonly functions: readonly FunctionFolder[];
  readonly shards: readonly string[];
  readonly kafka: KafkaMetrics;
  readonly groups: readonly GroupOnTopic[];
  readonly topics: readonly string[];
}

/** From what is wrong, over what customers and orders experience, down to the machines. */
export class Dashboard extends Construct {
  readonly name: string;
  readonly #props: DashboardProps;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.#props = props;
    this.name = accountWideName(props.stage);
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: this.name,
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: FULL_WIDTH, height: 5 })],
        this.#business(),
        this.#api(),
        this.#delivery(),
        this.#functions(),
        this.#shards(),
        this.#kafka(),
      ],
    });
  }

  #business(): IWidget[] {
    const sums: readonly (readonly [MetricName, string])[] = [
      ['OrdersCreated', 'Orders'],
      ['Revenue', 'Revenue'],
      ['OrdersConfirmed', 'Confirmed'],
    ];
    return [
      new SingleValueWidget({
        title: 'In the selected time range',
        width: THIRD,
        height: 6,
        setPeriodToTimeRange: true,
        metrics: sums.map(([name, label]) => this.#figure(name, 'Sum', label)),
      }),
      graph('Orders, per 5 min', [
        this.#figure('OrdersCreated', 'Sum', 'created'),
        this.#figure('OrdersConfirmed', 'Sum', 'confirmed'),
      ]),
      graph('Orders created by shard, per 5 min', this.#byShard('OrdersCreated', 'Sum')),
    ];
  }

  #api(): IWidget[] {
    const metric = apiMetrics(this.#props.stage);
    return [
      graph('API: requests, per 5 min', [metric('Count', { statistic: 'Sum', label: 'requests' })]),
      graph('API: errors, per 5 min', [
        metric('4XXError', { statistic: 'Sum', label: 'client errors (4xx)' }),
        metric('5XXError', { statistic: 'Sum', label: 'server errors (5xx)' }),
      ]),
      graph(
        'API: latency, ms',
        ['p50', 'p90', 'p99'].map((statistic) => metric('Latency', { statistic, label: statistic })),
      ),
    ];
  }

  #delivery(): IWidget[] {
    return [
      graph('From created to published and to confirmed, s', [
        ...['p50', 'p99'].map((each) => this.#figure('DeliveryLagSeconds', each, `published ${each}`)),
        ...['p50', 'p99'].map((each) => this.#figure('ConfirmationLagSeconds', each, `confirmed ${each}`)),
      ]),
      graph('Oldest undelivered order by shard, s', this.#byShard('OutboxOldestAgeSeconds', 'Maximum')),
      graph('Recovered or set aside, per 5 min', [
        this.#figure('Relayed', 'Sum', 'delivered by the relay'),
        this.#figure('Republished', 'Sum', 'published again'),
        this.#figure('RejectedEvents', 'Sum', 'events rejected'),
        this.#figure('UnreadableConfirmations', 'Sum', 'confirmations skipped'),
      ]),
    ];
  }

  #functions(): IWidget[] {
    return [
      graph('Functions: errors, per 5 min', this.#byFunction('Errors', 'Sum')),
      graph('Functions: throttled calls, per 5 min', this.#byFunction('Throttles', 'Sum')),
      graph('Functions: duration p99, ms', this.#byFunction('Duration', 'p99')),
    ];
  }

  #shards(): IWidget[] {
    return [
      graph('Shards: CPU, %', this.#byDatabase('CPUUtilization', 'Average')),
      graph('Shards: connections', this.#byDatabase('DatabaseConnections', 'Maximum')),
      graph('Shards: free storage, bytes', this.#byDatabase('FreeStorageSpace', 'Minimum')),
      graph('Users moved between shards, per 5 min, and for how long none has, s', [
        this.#figure('UsersMoved', 'Sum', 'moved'),
        this.#figure('MoveStandstillSeconds', 'Maximum', 'standstill'),
      ]),
    ];
  }

  #kafka(): IWidget[] {
    const { kafka, groups, topics } = this.#props;
    const lag = groups.map(({ consumerGroup, topic }) =>
      kafka.ofGroup('SumOffsetLag', consumerGroup, topic, { statistic: 'Maximum', label: consumerGroup }),
    );
    const written = topics.map((topic) =>
      combine('SUM', kafka.ofBrokers('BytesInPerSec', { statistic: 'Average' }, topic), topic, PERIOD),
    );
    const leaderless = [kafka.ofCluster('OfflinePartitionsCount', { statistic: 'Maximum', label: 'without a leader' })];
    const behind = kafka.ofBrokers('UnderReplicatedPartitions', { statistic: 'Maximum' });
    return [
      graph('Kafka: consumer lag, records', lag, QUARTER),
      graph('Kafka: written by topic, bytes/s', written, QUARTER),
      graph('Kafka: used disk, %', kafka.ofBrokers('KafkaDataLogsDiskUsed', { statistic: 'Maximum' }), QUARTER),
      graph('Kafka: partitions without a leader, and under-replicated by broker', [...leaderless, ...behind], QUARTER),
    ];
  }

  #figure(name: MetricName, statistic: string, label: string): IMetric {
    return orderFlowMetric(this.#props.stage, name, { statistic, label, period: PERIOD });
  }

  #byShard(name: MetricName, statistic: string): IMetric[] {
    const { stage, shards } = this.#props;
    return shards.map((shard) => orderFlowMetric(stage, name, { statistic, label: shard, period: PERIOD }, shard));
  }

  #byDatabase(name: string, statistic: string): IMetric[] {
    const { stage, shards } = this.#props;
    return shards.map((shard) => databaseMetrics(stage, shard)(name, { statistic, label: shard }));
  }

  #byFunction(name: string, statistic: string): IMetric[] {
    const { stage, functions } = this.#props;
    return functions.map((folder) => lambdaMetrics(stage, folder)(name, { statistic, label: folder }));
  }
}

function graph(title: string, metrics: IMetric[], width = THIRD): GraphWidget {
  return new GraphWidget({ title, left: metrics, leftYAxis: { min: 0 }, width, height: 6 });
}
