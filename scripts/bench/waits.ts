/** Milliseconds from a function to each server and back, in a Region of AWS. */
export const DISTANCES = { postgres: 1, s3: 20, kafka: 5 } as const;

/** What an invocation waits for on AWS, in milliseconds, one round trip after the other. */
export const WAITS_MS = {
  'create-order': 2 * DISTANCES.postgres + Math.max(DISTANCES.s3, DISTANCES.kafka),
  'consume-orders': DISTANCES.kafka,
  'confirm-orders': DISTANCES.postgres,
} as const;
