import { describe, expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { silenceText } from './silence.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('a part that could not be asked', () => {
  it.each([
    [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new Error('timeout expired'), 'timeout expired'],
    [named('TimeoutError', 'The operation was aborted due to timeout'), 'The operation was aborted due to timeout'],
    [named('KafkaJSConnectionError', 'Connection timeout'), 'Connection timeout'],
    [named('KafkaJSError', 'Broker not connected'), 'Broker not connected'],
    [
      new UserError('The function dlt failed: Request timed out.\nIts log has the details.'),
      'The function dlt failed: Request timed out',
    ],
    [new Error('Connection terminated unexpectedly'), 'Connection terminated unexpectedly'],
  ])('does not respond: %s', (error, reason) => {
    expect(silenceText('Kafka', error)).toBe(`Kafka does not respond: ${reason}.`);
  });

  it.each([
    [Object.assign(new Error('password authentication failed for user "orderuser"'), { code: '28P01' })],
    [new UserError('The function dlt failed: it may not do that.')],
  ])('refuses: %s', (error) => {
    expect(silenceText('orders_shard1', error)).toBe(
      `orders_shard1 could not be asked: ${error.message.replace(/\.$/, '')}.`,
    );
  });

  it('is not blamed for a mistake of ours', () => {
    const mistake = new TypeError("Cannot read properties of undefined (reading 'offset')");
    expect(() => silenceText('Kafka', mistake)).toThrow(mistake);
  });
});
