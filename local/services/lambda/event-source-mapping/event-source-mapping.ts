/** A Lambda event source mapping on a topic of an MSK cluster, with every reference resolved. */
export interface EventSourceMappingDefinition {
  readonly uuid: string;
  readonly eventSourceArn: string;
  readonly functionArn: string;
  readonly topic: string;
  readonly consumerGroupId: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Where a group without committed offsets starts. */
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Without the first attempt; -1 means no limit. */
  readonly maximumRetryAttempts: number;
  /** -1 means no limit. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** The on-failure destination, without `kafka://`. */
  readonly onFailureTopic?: string;
}
