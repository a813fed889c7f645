import { readFileSync } from 'node:fs';
import { entriesIn, structured } from '../../tooling/log-entry.ts';
import { logFileOf } from '../../tooling/paths.ts';

/** What Lambda tells of an invocation. */
export interface PlatformReport {
  /** The function's folder. */
  readonly source: string;
  readonly durationMs: number;
  readonly memorySizeMB: number;
  readonly maxMemoryUsedMB?: number;
  /** Of a cold start. */
  readonly initDurationMs?: number;
}

/** The invocations that the log of a run knows of, oldest first. */
export function platformReports(dataDir: string): PlatformReport[] {
  return [...entriesIn(readFileSync(logFileOf(dataDir), 'utf8'))].flatMap(({ source, text }) => {
    const { type, record } = structured(text);
    if (type !== 'platform.report') return [];
    return [{ source, ...(record as { metrics: Omit<PlatformReport, 'source'> }).metrics }];
  });
}
