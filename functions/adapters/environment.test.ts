import { describe, expect, it } from 'vitest';
import { kafka, positiveInteger, readEnvironment, receiptsBucket, variable } from './environment.ts';

const KAFKA = { AWS_REGION: 'eu-west-1', KAFKA_BROKERS: 'b-1:9098,b-2:9098', KAFKA_AUTH: 'iam' };
const minutes = variable('MINUTES', positiveInteger);

describe('reading the environment', () => {
  it('gives the variables as what they mean', () => {
    const environment = { ...KAFKA, RECEIPTS_BUCKET: 'x', MINUTES: '10' };
    expect(readEnvironment({ kafka, receiptsBucket, minutes }, environment)).toEqual({
      kafka: { brokers: ['b-1:9098', 'b-2:9098'], auth: 'iam', region: 'eu-west-1' },
      receiptsBucket: 'x',
      minutes: 10,
    });
  });

  it('names all variables that are wrong', () => {
    expect(() => readEnvironment({ kafka, receiptsBucket, minutes }, { ...KAFKA, KAFKA_AUTH: 'no' })).toThrow(
      /KAFKA_AUTH: .*RECEIPTS_BUCKET: .*MINUTES: /,
    );
  });

  it.each([
    ['missing', {}, /RECEIPTS_BUCKET/],
    ['empty', { RECEIPTS_BUCKET: '' }, /RECEIPTS_BUCKET/],
  ])('names a variable that is %s', (_, environment, message) => {
    expect(() => readEnvironment({ receiptsBucket }, environment)).toThrow(message);
  });

  it.each(['broker', 'broker:', ':9092', 'a:1,,b:2', 'a:1 b:2'])('refuses the broker list "%s"', (value) => {
    expect(() => readEnvironment({ kafka }, { ...KAFKA, KAFKA_BROKERS: value })).toThrow(/KAFKA_BROKERS/);
  });

  it.each([undefined, '', 'yes', 'true', 'IAM'])('has no guess for KAFKA_AUTH=%s', (value) => {
    expect(() => readEnvironment({ kafka }, { ...KAFKA, KAFKA_AUTH: value })).toThrow(/KAFKA_AUTH/);
  });

  it.each(['', '0', '-1', '1.5', '1e3', 'ten'])('refuses the number "%s"', (value) => {
    expect(() => readEnvironment({ minutes }, { MINUTES: value })).toThrow(/MINUTES/);
  });
});
