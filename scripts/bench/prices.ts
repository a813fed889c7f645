/** As docs/cost.md counts. */
export const HOURS_OF_A_MONTH = 730;

/** From what amount on a unit costs less: up to so many a month, so much each. The last tier has no end. */
export type Tiers = readonly (readonly [upTo: number, price: number])[];

/**
 * What AWS asks in us-east-1, in dollars, without free tiers: list prices of November 2026, those of docs/cost.md.
 * https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/api-gateway/pricing/, https://aws.amazon.com/s3/pricing/,
 * https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/cloudfront/pricing/, https://aws.amazon.com/xray/pricing/,
 * https://aws.amazon.com/rds/postgresql/pricing/, https://aws.amazon.com/msk/pricing/
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
  cloudFrontGigabyte: 0.085,
  xrayMillionTraces: 5,
  /** A Multi-AZ db.m7g.large with Postgres; larger ones of the family cost as many times more as they have processors. */
  postgresLargeHour: 0.337,
  /** Multi-AZ, gp3. */
  postgresGigabyteMonth: 0.23,
  /** A db.t4g.micro in one zone, as dev has it. */
  postgresMicroHour: 0.016,
  postgresOneZoneGigabyteMonth: 0.115,
  /** A kafka.m7g.large, likewise. */
  brokerLargeHour: 0.204,
  brokerGigabyteMonth: 0.1,
  pollerUnitHour: 0.185,
  s3GigabyteMonth: 0.023,
} as const;

/** The same prices where great amounts cost less, in the unit of their name in {@link PRICES}. */
export const TIERS = {
  apiMillionRequests: [
    [333, PRICES.apiMillionRequests],
    [1_000, 2.8],
    [20_000, 2.38],
    [Number.POSITIVE_INFINITY, 1.51],
  ],
  lambdaGigabyteSecond: [
    [7.5e9, PRICES.lambdaGigabyteSecond],
    [18.75e9, 0.0000120001],
    [Number.POSITIVE_INFINITY, 0.0000106667],
  ],
  /** Of functions. */
  logsGigabyte: [
    [10_240, PRICES.logsGigabyte],
    [30_720, 0.25],
    [51_200, 0.1],
    [Number.POSITIVE_INFINITY, 0.05],
  ],
} as const satisfies Record<string, Tiers>;

/** Dollars for an amount a month, each unit at the price of its tier. */
export function tieredDollars(amount: number, tiers: Tiers): number {
  return tiers.reduce((sum, [upTo, price], index) => {
    const from = tiers[index - 1]?.[0] ?? 0;
    return sum + Math.max(0, Math.min(amount, upTo) - from) * price;
  }, 0);
}
