import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { requireRunning } from './running.ts';
import type { LocalStackSettings } from './settings.ts';
import { compose } from './up/containers.ts';
import { logFileOf } from './up/processes.ts';

const LINES = '300';

/**
 * Shows the latest log lines of every part, and with `follow` those to come until the process is ended.
 *
 * @throws UserError when nothing is up
 */
export async function showLogs(dataDir: string, settings: LocalStackSettings, follow: boolean): Promise<void> {
  const { mode } = await requireRunning(dataDir);
  const flags = follow ? ['--follow'] : [];
  if (mode === 'docker') return compose(['logs', '--tail', LINES, ...flags], settings);
  // `-F` goes on with the next run's file.
  const child = spawn('tail', ['-n', LINES, ...(follow ? ['-F'] : []), logFileOf(dataDir)], { stdio: 'inherit' });
  await once(child, 'close');
}
