import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { RouteFunction } from '../../functions/contract/http/routes.ts';
import { CONSUMER_GROUPS } from '../../functions/contract/topics.ts';
import { RELAY_RUN } from '../../functions/domain/delivery-timing.ts';
import { MOVER_RUN } from '../../functions/domain/mover-timing.ts';
import type { JwtAuth } from '../config/config.ts';
import type { FunctionFolder, Stage } from '../config/stage.ts';
import { JwtAuthorizer } from '../constructs/api/jwt-authorizer.ts';
import { OrdersApi } from '../constructs/api/orders-api.ts';
import { NodeFunction, type NodeFunctionProps } from '../constructs/functions/node-function.ts';
import { KafkaEventSource } from '../constructs/kafka/kafka-event-source.ts';
import type { Network } from '../constructs/network.ts';
import type { ShardSet } from '../constructs/shards/shard-set.ts';
import { ReceiptsBucket } from '../constructs/storage/receipts-bucket.ts';
import type { StreamStack } from './stream-stack.ts';

export interface OrdersStackProps extends StackProps {
  readonly stage: Stage;
  readonly network: Network | undefined;
  readonly shards: ShardSet;
  readonly stream: StreamStack;
  readonly receiptsBucket?: string | undefined;
  readonly republishAfterMinutes: number;
  /** Whose tokens the API takes; without it, anybody is served. */
  readonly auth: JwtAuth | undefined;
  readonly webAclArn?: string | undefined;
  /** Told when a new version of a function had to be taken back. */
  readonly alarmTopic: ITopic | undefined;
}

/** The HTTP API with its functions, the receipts that they write, and what carries an accepted order to its end. */
export class OrdersStack extends Stack {
  readonly api: OrdersApi;
  /** Those that serve the routes. */
  readonly routeFunctions: Readonly<Record<RouteFunction, NodeFunction>>;
  /** Absent where no tokens are asked for. */
  readonly authorizer: NodeFunction | undefined;
  readonly relayOutbox: NodeFunction;
  readonly confirmOrders: NodeFunction;
  /** Moves users while the shard map changes; otherwise it has nothing to do. */
  readonly moveUsers: NodeFunction;
  /** Gives an operator what is stored of a user, or erases it. */
  readonly userData: NodeFunction;
  readonly #props: OrdersStackProps;

  constructor(scope: Construct, id: string, props: OrdersStackProps) {
    super(scope, id, props);
    this.#props = props;
    const { stage, shards, auth, webAclArn } = props;
    // A function must not meet a schema older than itself.
    this.addStackDependency(Stack.of(shards));
    const receipts = new ReceiptsBucket(this, 'Receipts', { stage, bucketName: props.receiptsBucket });

    this.routeFunctions = {
      'create-order': this.#createOrder(receipts),
      'list-orders': this.#ordersFunction('ListOrders', 'list-orders'),
      'get-order': this.#ordersFunction('GetOrder', 'get-order'),
      'get-receipt': this.#getReceipt(receipts),
      'get-stats': this.#ordersFunction('GetStats', 'get-stats'),
      // It depends on nothing, so it needs no network.
      'describe-api': this.#function('DescribeApi', 'describe-api', { network: undefined, memoryMiB: 256 }),
      overview: this.#overview(receipts),
      health: this.#health(receipts),
    };
    this.relayOutbox = this.#relayOutbox(receipts);
    this.confirmOrders = this.#confirmOrders();
    this.moveUsers = this.#moveUsers();
    this.userData = this.#userData(receipts);

    const tokens = auth === undefined ? undefined : new JwtAuthorizer(this, 'Authorizer', { stage, auth });
    this.authorizer = tokens?.fn;
    this.api = new OrdersApi(this, 'Api', {
      stage,
      functions: this.routeFunctions,
      authorizer: tokens?.authorizer,
      webAclArn,
    });
    new CfnOutput(this, 'ApiUrl', { value: this.api.url });
    new CfnOutput(this, 'ReceiptsBucketName', { value: receipts.bucket.bucketName });
  }

  /** A function that serves orders, so it must know the caller. */
  #ordersFunction(id: string, folder: FunctionFolder): NodeFunction {
    const fn = this.#function(id, folder);
    fn.addEnvironment('AUTH', this.#props.auth === undefined ? 'none' : 'jwt');
    this.#props.shards.connect(fn);
    return fn;
  }

  #createOrder(receipts: ReceiptsBucket): NodeFunction {
    const fn = this.#ordersFunction('CreateOrder', 'create-order');
    receipts.writeFrom(fn);
    this.#props.stream.ordersTopic.publishFrom(fn);
    return fn;
  }

  #getReceipt(receipts: ReceiptsBucket): NodeFunction {
    const fn = this.#ordersFunction('GetReceipt', 'get-receipt');
    receipts.readFrom(fn);
    return fn;
  }

  #health(receipts: ReceiptsBucket): NodeFunction {
    const { shards } = this.#props;
    const fn = this.#function('Health', 'health');
    shards.connect(fn);
    this.#probe(receipts, fn);
    new Rule(this, 'HealthSchedule', {
      description: 'Notes when a part of the system goes down or comes back, also while nobody asks',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(fn.live, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    return fn;
  }

  #overview(receipts: ReceiptsBucket): NodeFunction {
    const fn = this.#ordersFunction('Overview', 'overview');
    this.#probe(receipts, fn);
    return fn;
  }

  /** Lets a function ask whether the bucket and Kafka are up. */
  #probe(receipts: ReceiptsBucket, fn: NodeFunction): void {
    receipts.probeFrom(fn);
    this.#props.stream.ordersTopic.describeFrom(fn);
  }

  #relayOutbox(receipts: ReceiptsBucket): NodeFunction {
    const { shards, stream, republishAfterMinutes } = this.#props;
    const fn = this.#function('RelayOutbox', 'relay-outbox', { timeout: Duration.seconds(RELAY_RUN.timeoutSeconds) });
    shards.connect(fn);
    receipts.writeFrom(fn);
    stream.ordersTopic.publishFrom(fn);
    fn.addEnvironment('REPUBLISH_AFTER_MINUTES', String(republishAfterMinutes));
    // A run that failed is made good by the next one: repeated on top of it, it would only be in its way.
    fn.live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(RELAY_RUN.everySeconds) });
    new Rule(this, 'RelaySchedule', {
      description: 'Delivers what is overdue in the outboxes',
      schedule: Schedule.rate(Duration.seconds(RELAY_RUN.everySeconds)),
      targets: [new LambdaFunction(fn.live)],
    });
    return fn;
  }

  #confirmOrders(): NodeFunction {
    const { stage, shards, stream } = this.#props;
    const fn = this.#function('ConfirmOrders', 'confirm-orders', { timeout: Duration.seconds(60), memoryMiB: 256 });
    shards.connect(fn);
    // No end to the attempts and no destination: a shard that is away for hours must not lose its confirmations.
    new KafkaEventSource(this, 'ConfirmationsSource', {
      stage,
      fn,
      cluster: stream.cluster,
      topic: stream.orderConfirmationsTopic,
      consumerGroup: CONSUMER_GROUPS.orderConfirmations,
      // One statement of a shard for many orders.
      waitsForMore: true,
    });
    return fn;
  }

  #moveUsers(): NodeFunction {
    const timeout = Duration.seconds(MOVER_RUN.timeoutSeconds);
    // In its new version at once: two versions of it would take turns at the same move.
    const fn = this.#function('MoveUsers', 'move-users', { timeout, memoryMiB: 256, alarmTopic: undefined });
    this.#props.shards.connectAsMover(fn);
    // The next run goes on where one has failed.
    fn.live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(MOVER_RUN.everySeconds) });
    new Rule(this, 'MoveSchedule', {
      description: 'Moves users between shards while the shard map changes',
      schedule: Schedule.rate(Duration.seconds(MOVER_RUN.everySeconds)),
      targets: [new LambdaFunction(fn.live)],
    });
    return fn;
  }

  /**
   * A function of its own, so that nothing that serves requests or runs by a schedule may erase receipts. It signs in to the shards as
   * the mover does, who deletes orders there anyway: to be sure of a user, both have to see them in every state of a move.
   */
  #userData(receipts: ReceiptsBucket): NodeFunction {
    // No canary: it is called too seldom for five minutes to tell anything.
    const differences = { timeout: Duration.seconds(60), memoryMiB: 256, alarmTopic: undefined };
    const fn = this.#function('UserData', 'user-data', differences);
    this.#props.shards.connectAsMover(fn);
    receipts.eraseFrom(fn);
    return fn;
  }

  #function(id: string, folder: FunctionFolder, differences: Partial<NodeFunctionProps> = {}): NodeFunction {
    const { stage, network, alarmTopic } = this.#props;
    const props = { stage, network, alarmTopic, folder, timeout: Duration.seconds(10), memoryMiB: 512 };
    return new NodeFunction(this, id, { ...props, ...differences });
  }
}
