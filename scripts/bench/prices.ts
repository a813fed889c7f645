/**
 * What AWS asks in us-east-1, in dollars, without free tiers: list prices of November 2026, those of docs/cost.md.
 * https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/api-gateway/pricing/, https://aws.amazon.com/s3/pricing/,
 * https://aws.amazon.com/cloudwatch/pricing/ and https://aws.amazon.com/cloudfront/pricing/
 */
export const PRICES = {
  date: 'November 2026',
  lambdaMillionRequests: 0.2,
  /** On arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  apiMillionRequests: 3.5,
  s3MillionPuts: 5,
  logsGigabyte: 0.5,
  cloudFrontMillionRequests: 1,
} as const;
