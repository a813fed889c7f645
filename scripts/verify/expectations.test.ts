import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Answer } from './client.ts';
import { expectHeader, expectJson, expectRefusal, expectStatus } from './expectations.ts';
import { Mismatch } from './mismatch.ts';

function answerOf(status: number, body: unknown, headers = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = new Headers({ 'content-type': 'application/json', ...headers });
  return { method: 'GET', path: '/', status, headers: all, text, body: typeof body === 'string' ? undefined : body };
}

function mismatchOf(work: () => void): Pick<Mismatch, 'expected' | 'got'> {
  try {
    work();
  } catch (error) {
    if (error instanceof Mismatch) return { expected: error.expected, got: error.got };
    throw error;
  }
  return expect.unreachable();
}

const order = z.strictObject({ order: z.strictObject({ price: z.number() }) });

describe('an expectation', () => {
  it('gives back what it expected', () => {
    expect(expectJson(answerOf(200, { order: { price: 1 } }), 200, order)).toEqual({ order: { price: 1 } });
  });

  it('names the field that differs, and what is there', () => {
    const { expected, got } = mismatchOf(() => expectJson(answerOf(200, { order: { price: '1.00' } }), 200, order));
    expect(expected).toContain('order.price');
    expect(got).toBe('"1.00"');
  });

  it('names a field that is not of the contract, and one that is missing', () => {
    const more = mismatchOf(() => expectJson(answerOf(200, { order: { price: 1 }, extra: 1 }), 200, order));
    expect(more.expected).toContain('extra');
    const less = mismatchOf(() => expectJson(answerOf(200, { order: {} }), 200, order));
    expect(less).toEqual({ expected: expect.stringContaining('order.price'), got: 'nothing' });
  });

  it('shows what came with another status, in one line that steers no terminal', () => {
    const { got } = mismatchOf(() => expectStatus(answerOf(502, '<h1>\u001b[2J\nBad gateway'), 200, 204));
    expect(got).toBe('status 502 <h1> [2J Bad gateway');
  });

  it('tells a header that is missing from one that reads differently', () => {
    const answer = answerOf(200, {}, { location: '/elsewhere' });
    expect(mismatchOf(() => expectHeader(answer, 'location', '/here')).got).toBe('/elsewhere');
    expect(mismatchOf(() => expectHeader(answer, 'retry-after', /\d/)).got).toBe('no such header');
  });

  it.each([
    [{ error: 'The order is not valid.' }, true],
    [{ message: 'The order is not valid.' }, false],
    [{ error: 'Forbidden' }, false],
    ['Forbidden', false],
  ])('of a refusal: %j is one: %s', (body, fits) => {
    const check = () => expectRefusal(answerOf(403, body), 403);
    if (fits) check();
    else expect(check).toThrow(Mismatch);
  });
});
