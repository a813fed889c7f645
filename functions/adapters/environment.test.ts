import { describe, expect, it } from 'vitest';
import { brokerList, databaseTls, kafkaAuth, positiveInteger, readEnvironment, text } from './environment.ts';

describe('reading the environment', () => {
  it('gives the variables as what they mean', () => {
    const variables = { KAFKA_BROKERS: brokerList, BUCKET: text, MINUTES: positiveInteger };
    const environment = { KAFKA_BROKERS: 'b-1:9098,b-2:9098', BUCKET: 'x', MINUTES: '10' };
    expect(readEnvironment(variables, environment)).toEqual({
      KAFKA_BROKERS: ['b-1:9098', 'b-2:9098'],
      BUCKET: 'x',
      MINUTES: 10,
    });
  });

  it.each([
    ['missing', {}, /RECEIPTS_BUCKET/],
    ['empty', { RECEIPTS_BUCKET: '' }, /RECEIPTS_BUCKET/],
  ])('names a variable that is %s', (_, environment, message) => {
    expect(() => readEnvironment({ RECEIPTS_BUCKET: text }, environment)).toThrow(message);
  });

  it.each(['broker', 'broker:', ':9092', 'a:1,,b:2', 'a:1 b:2'])('refuses the broker list "%s"', (value) => {
    expect(() => readEnvironment({ KAFKA_BROKERS: brokerList }, { KAFKA_BROKERS: value })).toThrow(/KAFKA_BROKERS/);
  });

  it.each([
    ['on', true],
    ['off', false],
  ])('takes DATABASE_TLS=%s as %s', (value, tls) => {
    expect(readEnvironment({ DATABASE_TLS: databaseTls }, { DATABASE_TLS: value })).toEqual({ DATABASE_TLS: tls });
  });

  it.each([undefined, '', 'yes', 'true', 'IAM'])('has no guess for what is neither: %s', (value) => {
    const environment = { KAFKA_AUTH: value, DATABASE_TLS: value };
    expect(() => readEnvironment({ KAFKA_AUTH: kafkaAuth }, environment)).toThrow(/KAFKA_AUTH/);
    expect(() => readEnvironment({ DATABASE_TLS: databaseTls }, environment)).toThrow(/DATABASE_TLS/);
  });

  it.each(['', '0', '-1', '1.5', '1e3', 'ten'])('refuses the number "%s"', (value) => {
    expect(() => readEnvironment({ MINUTES: positiveInteger }, { MINUTES: value })).toThrow(/MINUTES/);
  });
});
