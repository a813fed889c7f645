/** The least context with which each stage is built without a warning. */
export const STAGE_CONTEXTS = {
  dev: { stage: 'dev' },
  prod: {
    stage: 'prod',
    issuer: 'https://identity.example.com/',
    audience: 'orderflow',
    userClaim: 'orderflow_user',
    clientId: 'orderflow-dashboard',
    alarmEmail: 'operations@example.com',
  },
} as const;

/** The least context with which the app is built for LocalStack, with the addresses of docker-compose.yml. */
export const LOCALSTACK_CONTEXT = { target: 'localstack' } as const;

/** A production stage that was given everything that can be given. */
export const PROD_WITH_EVERYTHING = {
  ...STAGE_CONTEXTS.prod,
  operatorClaim: 'groups=operators',
  scopes: 'openid offline_access',
  sentToken: 'access',
  issuerOrigins: 'https://orders.auth.eu-central-1.amazoncognito.com',
  siteDomain: 'orders.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/orders/01234567-89ab-cdef-0123-456789abcdef',
  receiptsBucket: 'orders-example-com-receipts',
  shards: [
    { id: 1, from: 'A', to: 'H' },
    { id: 2, from: 'I', to: 'Q' },
    { id: 3, from: 'R', to: 'Z' },
  ],
} as const;

/** Splits the first of the two shards that there are by default. */
export const SPLIT = {
  nextShards: [
    { id: 1, from: 'A', to: 'F' },
    { id: 3, from: 'G', to: 'M' },
    { id: 2, from: 'N', to: 'Z' },
  ],
} as const;

/** The largest shard map there is. */
export const ONE_SHARD_PER_LETTER = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter, index) => ({
  id: index + 1,
  from: letter,
  to: letter,
}));
