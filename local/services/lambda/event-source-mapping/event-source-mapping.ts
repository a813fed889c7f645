/** A Lambda event source mapping on a topic of an MSK cluster, with every reference resolved. */
export interface EventSourceMappingDefinition {
  readonly uuid: string;
  /** ARN of the cluster. */
  readonly eventSourceArn: string;
  readonly functionArn: string;
  readonly topic: string;
  readonly consumerGroupId: string;
  /** 1..10,000; AWS's default is 100. */
  readonly batchSize: number;
  /** AWS's default for Kafka is 0.5. */
  readonly batchingWindowSeconds: number;
  /** Where a group without committed offsets begins. */
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Retries after the first attempt; -1 is endless. */
  readonly maximumRetryAttempts: number;
  /** -1 is endless. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** Topic of the on-failure destination, without `kafka://`. */
  readonly onFailureTopic?: string;
}
