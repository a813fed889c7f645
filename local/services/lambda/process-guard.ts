import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from '../../../tooling/log.ts';

/**
 * Reads which process groups run, and ends them when its input ends: that happens however the runner dies,
 * and reaches even a function that spins without ever yielding to its event loop.
 */
const GUARD_SCRIPT = `
groups=
while read -r change group; do
  case $change in
    started) groups="$groups $group" ;;
    ended) kept=; for g in $groups; do [ "$g" = "$group" ] || kept="$kept $g"; done; groups=$kept ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;

/** Sees to it that no execution environment outlives the runner, `kill -9` included. */
export class ProcessGuard {
  readonly #process: ChildProcess;

  constructor(log: Log) {
    // Its own session keeps the terminal's Ctrl-C away from it.
    this.#process = spawn('/bin/sh', ['-c', GUARD_SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#process.on('error', (error) => log.warn(`functions may outlive a killed run: ${error.message}`));
    this.#process.stdin?.on('error', (error) => log.debug(`process guard: ${error.message}`));
    this.#process.unref();
  }

  started(processGroup: number): void {
    this.#process.stdin?.write(`started ${processGroup}\n`);
  }

  ended(processGroup: number): void {
    this.#process.stdin?.write(`ended ${processGroup}\n`);
  }

  stop(): void {
    this.#process.stdin?.end();
  }
}
