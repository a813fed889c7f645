// How long what cannot be deleted one by one is kept, in days.

/** Kafka's own default (https://kafka.apache.org/41/configuration/topic-configs/, `retention.ms`), for topics that set nothing else. */
export const KAFKA_DAYS = 7;

/** How long an operator has for an event that could not be processed. */
export const DEAD_LETTER_DAYS = 30;

/** Records go with their segment, whose newest decides: one takes records for so long (`segment.ms`, Kafka's default). */
export const KAFKA_SEGMENT_DAYS = 7;

/** What AWS services record about requests, in buckets. */
export const ACCESS_LOG_DAYS = 90;

/** https://docs.aws.amazon.com/xray/latest/devguide/aws-xray.html */
export const TRACE_DAYS = 30;

/**
 * CloudWatch Logs takes up to 72 hours more to delete what is old enough.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
 */
export const LOG_GRACE_DAYS = 3;
