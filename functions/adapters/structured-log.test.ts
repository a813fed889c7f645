import { describe, expect, it } from 'vitest';
import { StructuredLog } from './structured-log.ts';

function logLine(write: (log: StructuredLog) => void) {
  const written: string[] = [];
  const log = new StructuredLog((line) => written.push(line));
  log.startRequest('request-1');
  write(log);
  return JSON.parse(written.join(''));
}

describe('the structured log', () => {
  it('writes a line of JSON with time, level and request', () => {
    expect(logLine((log) => log.info('order created', { orderId: '1' }))).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'INFO',
      requestId: 'request-1',
      message: 'order created',
      orderId: '1',
    });
  });

  it('writes an error with its causes', () => {
    const error = new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'ECONNREFUSED' }) });
    expect(logLine((log) => log.error('failed', { error })).error).toMatchObject({
      message: 'outer',
      cause: { message: 'inner', code: 'ECONNREFUSED' },
    });
  });

  it('leaves out what a driver attaches to its errors', () => {
    const error = Object.assign(new Error('refused'), { detail: 'Failing row contains (alice)', password: 'hunter2' });
    const { error: written } = logLine((log) => log.error('failed', { error }));
    expect(Object.keys(written)).toEqual(['name', 'message', 'stack']);
  });
});
