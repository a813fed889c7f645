import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { logFileOf } from '../tooling/paths.ts';
import { findRunning, requireRunning } from './running.ts';
import type { LocalStackSettings } from './settings.ts';
import { compose } from './up/compose.ts';

const LINES = '300';

/**
 * Shows the latest log lines of every part, of a run without Docker also after its end. With `follow`, continues with new ones.
 *
 * @throws UserError when there are none
 */
export async function showLogs(dataDir: string, settings: LocalStackSettings, follow: boolean): Promise<void> {
  const file = logFileOf(dataDir);
  const running = await findRunning(dataDir);
  if (running?.mode === 'docker') {
    return compose(['logs', '--tail', LINES, ...(follow ? ['--follow'] : [])], settings);
  }
  if (!existsSync(file)) await requireRunning(dataDir);
  // `-F` continues with the next run's file.
  const child = spawn('tail', ['-n', LINES, ...(follow ? ['-F'] : []), file], { stdio: 'inherit' });
  await once(child, 'close');
}
