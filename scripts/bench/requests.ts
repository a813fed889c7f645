/** CloudWatch counts them with each event of a log. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const BYTES_OF_AN_EVENT = 26;

/** A line of API Gateway's access log: the fields of `infra/constructs/api/api-logs.ts`, filled in, in JSON. */
export const ACCESS_LOG_BYTES = 420 + BYTES_OF_AN_EVENT;

/** The part of the requests that X-Ray's own rule traces, where there are many. https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html */
export const TRACED = 0.05;
