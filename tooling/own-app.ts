import { REPOSITORY } from './paths.ts';

/**
 * What is this project's own about a run on this machine. The commands hand it to the local runner, which knows nothing of the
 * project and runs any CDK app.
 */
export const OWN_APP = {
  name: 'OrderFlow',
  folder: REPOSITORY,
  /** What cannot change a template or an asset. Everything else counts, so that a new folder is never missed. */
  irrelevant:
    /^(\.\w|docs\/|tests\/|local\/|localstack\/|scripts\/(?!migrations\/)|(vitest|biome|docker-compose)\.\w+|LICENSE)|\.test\.ts$|\.md$/,
  /**
   * The local run is the stage `dev`; its bucket has the name that local clients know. It is throttled as an AWS account is
   * at first, not as an open `dev` at somebody's expense.
   */
  context: { stage: 'dev', receiptsBucket: 'order-receipts', apiRequestsPerSecond: '10000', concurrency: 'none' },
  /** The published password of the databases' application user. */
  databasePassword: 'orderpass',
} as const;
