import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { REPOSITORY } from '../../tooling/paths.ts';

/** Where and on what something was measured. */
export interface Machine {
  /** With `+` where files were changed since. */
  readonly commit: string;
  readonly node: string;
  readonly system: string;
  readonly processors: string;
  readonly memoryGb: number;
  /** How many processes wanted a processor, on average of the minute before. Above 0.5, others were at work. */
  readonly load: number;
}

/** This machine, now. */
export function thisMachine(): Machine {
  return {
    commit: `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`,
    node: process.version,
    system: `${process.platform} ${release()} ${process.arch}`,
    processors: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
  };
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown'; // such as in a download without a repository
  }
}
