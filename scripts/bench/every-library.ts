/** What functions could bundle if nobody minded: all of each library. The bench compares their bundles with this one. */
export * as s3 from '@aws-sdk/client-s3';
export * as secrets from '@aws-sdk/client-secrets-manager';
export * as presigner from '@aws-sdk/s3-request-presigner';
export * as middy from '@middy/core';
export * as signer from 'aws-msk-iam-sasl-signer-js';
export * as kafka from 'kafkajs';
export * as postgres from 'pg';
export * as ids from 'uuid';
export * as schemas from 'zod';
