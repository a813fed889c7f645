import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Stage } from '../../infra/config/stage.ts';
import { functionLogGroupName, prefixOf } from '../../infra/names.ts';
import { UserError } from '../../tooling/errors.ts';
import type { LogEntry } from '../../tooling/log-entry.ts';
import { levelOf } from './select-entries.ts';

/** Without `--since`. */
const DEFAULT_SINCE_MS = 10 * 60_000;
const POLL_MS = 2_000;
/** CloudWatch takes in events late; what is read twice is dropped. */
const OVERLAP_MS = 30_000;

/**
 * What the functions of a stage have logged, oldest first.
 *
 * @param sinceMs in milliseconds before now
 * @param follow aborts to end; undefined ends with what is there
 * @throws UserError when the stage has no functions of these names in this account and Region
 */
export async function* cloudEntries(
  { stage, sources, sinceMs = DEFAULT_SINCE_MS }: CloudLogQuery,
  follow: AbortSignal | undefined,
  client = new CloudWatchLogsClient({}),
): AsyncGenerator<LogEntry> {
  const groups = await logGroups(client, stage, sources);
  let from = Date.now() - sinceMs;
  let seen = new Set<string>();
  for (;;) {
    const asked = Date.now();
    const found = (await Promise.all(groups.map((group) => eventsOf(client, group, from)))).flat();
    const fresh = found.filter(({ id }) => !seen.has(id)).sort((a, b) => a.entry.time.localeCompare(b.entry.time));
    yield* fresh.map(({ entry }) => entry);
    if (follow === undefined || follow.aborted) return;
    seen = new Set(found.map(({ id }) => id));
    from = Math.max(from, asked - OVERLAP_MS);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export interface CloudLogQuery {
  readonly stage: Stage['name'];
  /** Names of functions; all of the stage when empty. */
  readonly sources: readonly string[];
  readonly sinceMs: number | undefined;
}

interface LogGroup {
  readonly name: string;
  readonly source: string;
}

async function logGroups(
  client: CloudWatchLogsClient,
  stage: Stage['name'],
  sources: readonly string[],
): Promise<LogGroup[]> {
  const prefix = functionLogGroupName(`${prefixOf(stage)}-`);
  const groups: LogGroup[] = [];
  for await (const { logGroups: page = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix })) {
    for (const { logGroupName: name = '' } of page) groups.push({ name, source: name.slice(prefix.length) });
  }
  const wanted = groups.filter(({ source }) => sources.length === 0 || sources.includes(source));
  const missing = sources.find((source) => !groups.some((group) => group.source === source));
  if (missing !== undefined || wanted.length === 0) {
    const known = groups.map(({ source }) => source).join(', ');
    throw new UserError(
      `The stage ${stage} has no log of ${missing ?? 'a function'} in this account and Region.${known === '' ? ' Deploy it first, or set AWS_REGION and AWS_PROFILE to where it is.' : ` It has: ${known}.`}`,
    );
  }
  return wanted;
}

async function eventsOf(client: CloudWatchLogsClient, { name, source }: LogGroup, startTime: number) {
  const events: { id: string; entry: LogEntry }[] = [];
  for await (const page of paginateFilterLogEvents({ client }, { logGroupName: name, startTime })) {
    for (const { eventId: id = '', timestamp = 0, message = '' } of page.events ?? []) {
      const entry = { time: new Date(timestamp).toISOString(), source, text: message.trimEnd() };
      events.push({ id, entry: { ...entry, level: levelOf({ ...entry, level: 'info' }) } });
    }
  }
  return events;
}
