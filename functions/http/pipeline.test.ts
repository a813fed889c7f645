import { describe, expect, it } from 'vitest';
import {
  AccessDeniedError,
  IdempotencyKeyReusedError,
  InvalidInputError,
  OrderNotFoundError,
  ReceiptPendingError,
  ShardUnavailableError,
} from '../domain/errors.ts';
import { call } from '../testing/api-request.ts';
import { MemoryLog } from '../testing/ports.ts';
import { BodyTooLargeError, TokenExpiredError, UnsupportedMediaTypeError } from './errors.ts';
import { httpHandler } from './pipeline.ts';
import { jsonResponse } from './response.ts';

const failingWith = (error: unknown, log = new MemoryLog()) =>
  call(
    httpHandler(log, async () => {
      throw error;
    }),
    {},
  );

describe('an HTTP handler', () => {
  it('lets any page read its responses', async () => {
    const { headers } = await call(
      httpHandler(new MemoryLog(), async () => jsonResponse(200, {})),
      {},
    );
    expect(headers).toEqual({
      'Content-Type': 'application/json',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Location, Retry-After, Idempotent-Replayed',
    });
  });

  it.each([
    [new InvalidInputError('limit must be a number.'), 400],
    [new TokenExpiredError(), 401],
    [new AccessDeniedError('Not yours.'), 403],
    [new OrderNotFoundError(), 404],
    [new ReceiptPendingError(), 404],
    [new BodyTooLargeError(), 413],
    [new UnsupportedMediaTypeError(), 415],
    [new IdempotencyKeyReusedError(), 422],
    [new ShardUnavailableError('shard2'), 503],
  ])('tells %s with status %d', async (error, status) => {
    const { statusCode, body, headers } = await failingWith(error);
    expect([statusCode, body.error, headers['Access-Control-Allow-Origin']]).toEqual([status, error.message, '*']);
  });

  it('says which fields are wrong', async () => {
    const problems = [{ path: 'limit', message: 'must be a number' }];
    const { body } = await failingWith(new InvalidInputError('limit must be a number.', problems));
    expect(body).toEqual({ error: 'limit must be a number.', details: problems });
  });

  it('says when to come back when trying again helps', async () => {
    expect((await failingWith(new ShardUnavailableError('shard2'))).headers['Retry-After']).toBe('5');
    expect((await failingWith(new InvalidInputError('no'))).headers).not.toHaveProperty('Retry-After');
  });

  it('says how to sign in where a token is missing', async () => {
    expect((await failingWith(new TokenExpiredError())).headers['WWW-Authenticate']).toBe('Bearer');
    expect((await failingWith(new AccessDeniedError('no'))).headers).not.toHaveProperty('WWW-Authenticate');
  });

  it('tells nothing about an unforeseen failure but logs its cause', async () => {
    const log = new MemoryLog();
    const cause = new Error('password "hunter2" is wrong');
    const { statusCode, body } = await failingWith(cause, log);
    expect(statusCode).toBe(500);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(log.lines).toMatchObject([{ level: 'error', fields: { error: cause } }]);
  });
});
