import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from '../../../tooling/bundle.ts';
import { functionRecipe } from './bundled-code.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the code of a function', () => {
  // What Node reads and compiles at each cold start. A library that brings more than this along is worth a second look.
  it.each([
    ['create-order', 450_000],
    ['consume-orders', 250_000],
    ['confirm-orders', 250_000],
    ['health', 350_000],
    ['overview', 375_000],
    ['authorizer', 150_000],
  ])('%s has at most %d bytes, and nothing of the AWS SDK or of a Kafka consumer', async (folder, limit) => {
    const { files, inputs } = await bundle(ROOT, functionRecipe(folder));
    expect(files.get('index.mjs')?.length).toBeLessThanOrEqual(limit);
    const unused = /node_modules\/(@aws-sdk|@aws-crypto|kafkajs\/src\/(consumer|admin))\//;
    expect(inputs.filter((path) => unused.test(path))).toEqual([]);
  });
});
