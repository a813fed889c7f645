import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { entryText } from './entry-text.ts';
import type { LogEntry } from './log-entry.ts';

type Given = Omit<LogEntry, 'time' | 'text'> & { text: string | object };

function shown(given: Partial<Given>): string {
  const { text = '', ...entry } = { level: 'info', source: 'aws', ...given } as const;
  const line = entryText({ ...entry, text: typeof text === 'string' ? text : JSON.stringify(text) }, new PassThrough());
  return line.replace(/^aws {14}/, '');
}

const STACK = [
  'TypeError: no order',
  '    at Object.values (<anonymous>)',
  '    at node:internal/process/task_queues:104:5',
  `    at handle (${process.cwd()}/functions/a/handler.ts:25:38)`,
];

describe('a structured line', () => {
  it('is its message and facts, without stacks, ids and what only CloudWatch reads', () => {
    const metrics = { Dimensions: [['Stage']], Metrics: [{ Name: 'OrdersCreated' }] };
    const text = {
      timestamp: 't',
      level: 'INFO',
      requestId: '1',
      message: 'order created',
      _aws: { Timestamp: 1, CloudWatchMetrics: [metrics] },
      Stage: 'dev',
      OrdersCreated: 1,
      shard: 'shard1',
      delivered: { receipt: true, event: false },
      error: { name: 'KafkaError', message: 'lost', stack: STACK.join('\n'), cause: { message: 'ECONNRESET' } },
      applied: ['a', 'b', 'c', 'd', 'e'],
    };
    expect(shown({ text })).toBe(
      'order created  shard=shard1 delivered.receipt=true delivered.event=false ' +
        'error=KafkaError: lost (functions/a/handler.ts:25), caused by ECONNRESET applied=a, b, c and 2 more',
    );
  });

  it.each([
    ['an object', { message: { order: 1 } }, 'order=1'],
    ['nothing', { level: 'INFO', order: 1, from: 'x' }, 'order=1 from=x'],
    ['null', { message: null }, 'message=null'],
  ])('whose message is %s is its facts, not JSON', (_, text, expected) => {
    expect(shown({ text })).toBe(expected);
  });

  it('of Lambda itself is in words', () => {
    const record = { requestId: '1', metrics: { durationMs: 2.5, memorySizeMB: 256 }, status: 'success' };
    expect(shown({ text: { time: 't', type: 'platform.report', record } })).toBe(
      'platform.report  status=success durationMs=2.5 memorySizeMB=256',
    );
  });
});

describe('a crash', () => {
  const failure = { errorType: 'TypeError', errorMessage: 'no order' };
  const expected = 'TypeError: no order (functions/a/handler.ts:25)';

  it.each([
    ['in a log of JSON', { level: 'ERROR', message: { ...failure, stackTrace: STACK } }],
    [
      'in a log of text',
      `2026-11-27T11:19:35.554Z\t91dd078d\tERROR\tInvoke Error ${JSON.stringify({ ...failure, trace: STACK })}`,
    ],
  ])('%s is its message and its place in the sources', (_, text) => {
    expect(shown({ level: 'error', text })).toBe(expected);
  });

  it.each([
    ['as a source map names it', '    at Ja (functions/a/handler.ts:13:9)', 'functions/a/handler.ts:13'],
    ['without a name', '    at functions/a/handler.ts:13:9', 'functions/a/handler.ts:13'],
    ['that is awaited', `    at async file://${process.cwd()}/a b.mjs:1:2`, 'a b.mjs:1'],
  ])('has its place %s', (_, frame, place) => {
    const stackTrace = [...STACK.slice(0, 3), '    at run (/app/node_modules/pg/a.js:1:2)', frame];
    expect(shown({ text: { message: { ...failure, stackTrace } } })).toBe(`TypeError: no order (${place})`);
  });

  it('that the function logs with a message follows it', () => {
    const text = { level: 'ERROR', message: 'failed', ...failure, stackTrace: STACK };
    expect(shown({ level: 'error', text })).toBe(`failed  error=${expected}`);
  });

  it('has its place from where npm was called', () => {
    vi.stubEnv('INIT_CWD', `${process.cwd()}/functions`);
    expect(shown({ text: { message: { ...failure, stackTrace: STACK } } })).toContain('(a/handler.ts:25)');
    vi.unstubAllEnvs();
  });
});

describe('a line', () => {
  it("that a function's console writes as text is what the function said", () => {
    expect(shown({ text: '2026-11-27T11:19:35.554Z\t91dd078d\tINFO\ttwo\nlines' })).toBe(
      `two\n${'aws'.padEnd(16)} | lines`,
    );
  });

  it('ends with the beginning of its request id', () => {
    const request = { requestId: '0f0cd08b-534d-4d9e-af05-f8035f5ab252', traceId: '1-a-b' };
    expect(shown({ request, text: 'POST /a 201 58 ms create-order' })).toBe(
      'POST /a 201 58 ms create-order  #0f0cd08b',
    );
    expect(shown({ request, text: { message: 'm', a: 1 } })).toBe('m  a=1  #0f0cd08b');
  });

  it('has colours where they are forced, of the status for a request, and none otherwise', () => {
    const colored = (text: string) => entryText({ level: 'info', source: 'api', text }, new PassThrough());
    const statuses = ['GET /a 200 1 ms', 'GET /a 404 1 ms', 'GET /a 502 1 ms'];
    expect(statuses.map(colored).join('')).toBe(stripVTControlCharacters(statuses.map(colored).join('')));
    vi.stubEnv('FORCE_COLOR', '1');
    const [good = '', refused = '', failed = ''] = statuses.map(colored);
    expect([good.includes('[32m200'), refused.includes('[33m404'), failed.includes('[31m502')]).toEqual([
      true,
      true,
      true,
    ]);
    vi.unstubAllEnvs();
  });
});
