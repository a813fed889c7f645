import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileText, type LogEntry } from '../../tooling/log-entry.ts';
import { cloudEntries } from './cloud-log.ts';
import { personText } from './entry-text.ts';
import { localEntries } from './local-log.ts';
import { entrySelector } from './select-entries.ts';

const ORDER = '019d0f2e-7b5c-7000-8000-000000000001';
const entry = (source: string, text: string | object, overrides: Partial<LogEntry> = {}): LogEntry => ({
  time: '2026-11-27T10:00:00.000Z',
  level: 'info',
  source,
  text: typeof text === 'string' ? text : JSON.stringify(text),
  ...overrides,
});
const ANY = { sources: [], sinceMs: undefined, order: undefined, errors: false };

describe('the entries that are shown', () => {
  it('are those of the functions named, of the time asked for, or the errors', () => {
    const now = new Date('2026-11-27T10:05:00.000Z');
    const [old, failed] = [entry('api', 'x'), entry('api', 'y', { level: 'error', time: now.toISOString() })];
    const shown = (asked: Partial<typeof ANY> | object) => [old, failed].map(entrySelector({ ...ANY, ...asked }, now));
    expect(shown({})).toEqual([true, true]);
    expect(shown({ sources: ['kafka'] })).toEqual([false, false]);
    expect(shown({ sinceMs: 60_000 })).toEqual([false, true]);
    expect(shown({ errors: true })).toEqual([false, true]);
  });

  it('have their date where that is not today’s', () => {
    const shown = (now: string) => stripVTControlCharacters(personText(entry('api', 'x'), new Date(now))).slice(0, 27);
    expect(shown('2026-11-27T23:59:59Z')).toBe('10:00:00.000 api           ');
    expect(shown('2026-11-28T00:00:00Z')).toBe('2026-11-27 10:00:00.000 api');
  });

  it('have the level that their function gave them', () => {
    const isShown = entrySelector(ANY);
    expect(isShown(entry('a', { level: 'INFO', message: 'm', _aws: {} }, { level: 'debug' }))).toBe(true);
    expect(isShown(entry('a', 'START RequestId: 1', { level: 'debug' }))).toBe(false);
  });

  it('of an order are all of the requests that name it, from where they do', () => {
    const isShown = entrySelector({ ...ANY, order: ORDER });
    const lines = [
      entry('create-order', { requestId: 'r1', message: 'before' }),
      entry('create-order', { requestId: 'r1', message: 'created', orderId: ORDER }),
      entry('create-order', { requestId: 'r2', message: 'another' }),
      entry('create-order', { requestId: 'r1', message: 'after' }),
      entry('api', `GET /api/orders/${ORDER} 200 3 ms`),
    ];
    expect(lines.map(isShown)).toEqual([false, true, false, true, true]);
  });

  it('of an order are also those of the request that led to it', () => {
    const isShown = entrySelector({ ...ANY, order: ORDER });
    const request = { requestId: 'of the client' };
    const lines = [
      entry('create-order', { requestId: 'of the invocation', message: 'created', orderId: ORDER }, { request }),
      entry('api', 'POST /api/orders 201 3 ms create-order', { request }),
      entry('api', 'POST /api/orders 201 3 ms create-order'),
    ];
    expect(lines.map(isShown)).toEqual([true, true, false]);
  });
});

describe('the log of a local run', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'logs-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));
  const append = (text: string) => appendFileSync(join(dataDir, 'run.log'), text);

  it('is read from its beginning, and followed into that of the next run', async () => {
    append(fileText(entry('a', 'one\ntwo')));
    const ending = new AbortController();
    const entries = localEntries(dataDir, ending.signal);
    const next = async () => (await entries.next()).value?.text;
    expect(await next()).toBe('one\ntwo');
    const [begin, end] = [fileText(entry('a', 'three')).slice(0, 30), fileText(entry('a', 'three')).slice(30)];
    append(begin);
    const third = next();
    append(end);
    expect(await third).toBe('three');
    renameSync(join(dataDir, 'run.log'), join(dataDir, 'run.log.1'));
    writeFileSync(join(dataDir, 'run.log'), fileText(entry('a', 'of the next run')));
    expect(await next()).toBe('of the next run');
    ending.abort();
    expect(await entries.next()).toEqual({ done: true, value: undefined });
  });

  it('is missing with a sentence that says what to do', async () => {
    await expect(localEntries(dataDir, undefined).next()).rejects.toThrow('npm start');
  });
});

describe('the log of a stage', () => {
  const cloudWatch = mockClient(CloudWatchLogsClient);
  afterEach(() => cloudWatch.reset());
  const client = new CloudWatchLogsClient({ region: 'eu-central-1' });
  const query = { stage: 'dev', sources: [], sinceMs: undefined } as const;

  it('is that of all its functions, in the order of time, each by its short name', async () => {
    cloudWatch.on(DescribeLogGroupsCommand).resolves({
      logGroups: [
        { logGroupName: '/aws/lambda/orderflow-dev-health' },
        { logGroupName: '/aws/lambda/orderflow-dev-dlt' },
      ],
    });
    const event = (eventId: string, timestamp: number) => ({ eventId, timestamp, message: '{"level":"WARN"}\n' });
    cloudWatch
      .on(FilterLogEventsCommand, { logGroupName: '/aws/lambda/orderflow-dev-health' })
      .resolves({ events: [event('1', 3)] })
      .on(FilterLogEventsCommand, { logGroupName: '/aws/lambda/orderflow-dev-dlt' })
      .resolvesOnce({ events: [event('2', 1)], nextToken: 'more' })
      .resolves({ events: [event('3', 4)] });
    const entries = await Array.fromAsync(cloudEntries(query, undefined, client));
    expect(entries.map(({ source, level, time }) => [source, level, Date.parse(time)])).toEqual([
      ['dlt', 'warn', 1],
      ['health', 'warn', 3],
      ['dlt', 'warn', 4],
    ]);
  });

  it('names what there is, for a function that is not there', async () => {
    cloudWatch
      .on(DescribeLogGroupsCommand)
      .resolves({ logGroups: [{ logGroupName: '/aws/lambda/orderflow-dev-health' }] });
    const entries = cloudEntries({ ...query, sources: ['helth'] }, undefined, client);
    await expect(entries.next()).rejects.toThrow('no log of helth in this account and Region. It has: health.');
  });
});
