import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP } from '../functions/domain/shard-map.ts';
import { ConfigError, readConfig } from './config.ts';

describe('context', () => {
  it('needs nothing: dev, a bucket named by CloudFormation, two shards, ten minutes', () => {
    const config = readConfig({});
    expect(config.stage.name).toBe('dev');
    expect(config.receiptsBucket).toBeUndefined();
    expect(config.shards).toEqual(DEFAULT_SHARD_MAP);
    expect(config.republishAfterMinutes).toBe(10);
  });

  it('passes over what belongs to the CDK', () => {
    expect(readConfig({ '@aws-cdk/core:flag': true, 'cli-telemetry': false }).stage.name).toBe('dev');
  });

  it('takes a shard map as text, as the command line gives it, and as a list', () => {
    const shards = [{ id: 1, from: 'A', to: 'Z' }];
    expect(readConfig({ shards: JSON.stringify(shards) }).shards).toEqual(shards);
    expect(readConfig({ shards }).shards).toEqual(shards);
  });

  it('takes a number as text as well', () => {
    expect(readConfig({ republishAfterMinutes: '5' }).republishAfterMinutes).toBe(5);
    expect(readConfig({ republishAfterMinutes: 5 }).republishAfterMinutes).toBe(5);
  });

  it.each(['0', '2.5', 'soon', '', 'true'])('takes no other number of minutes than a whole one: "%s"', (text) => {
    expect(() => readConfig({ republishAfterMinutes: text })).toThrow(
      `Context "republishAfterMinutes": must be a whole number of minutes, at least 1; got ${JSON.stringify(text)}.`,
    );
  });

  it.each([
    [
      { stag: 'dev' },
      'Unknown context "stag": the allowed keys are stage, receiptsBucket, shards, republishAfterMinutes.',
    ],
    [{ stage: 'test' }, 'Context "stage": must be dev or prod; got "test".'],
    [{ receiptsBucket: 'Order_Receipts' }, 'Context "receiptsBucket": must be an S3 bucket name'],
    [{ shards: 'A-Z' }, 'Context "shards": must be a JSON list'],
    [{ shards: [{ id: 1, from: 'A' }] }, 'Context "shards" at 0.to: '],
    [{ shards: [{ id: 1, from: 'A', to: 'M' }] }, 'Context "shards": Every letter needs exactly one shard, but N'],
  ])('refuses %j and says why', (context, message) => {
    expect(() => readConfig(context)).toThrow(ConfigError);
    expect(() => readConfig(context)).toThrow(message);
  });
});
