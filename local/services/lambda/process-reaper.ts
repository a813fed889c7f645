import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from '../../../tooling/log.ts';

/** Reads which process groups run, and kills them when its input ends, as it does however the runner dies. */
const SCRIPT = `
groups=
while read -r change group; do
  case $change in
    watch) groups="$groups $group" ;;
    forget) kept=; for g in $groups; do [ "$g" = "$group" ] || kept="$kept $g"; done; groups=$kept ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;

/** Makes sure that no execution environment outlives the runner, not even after `kill -9`. */
export class ProcessReaper {
  readonly #process: ChildProcess;

  constructor(log: Log) {
    // A session of its own keeps the terminal's Ctrl-C away from it.
    this.#process = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#process.on('error', (error) => log.warn(`functions may outlive a killed run: ${error.message}`));
    this.#process.stdin?.on('error', (error) => log.debug(`process reaper: ${error.message}`));
    this.#process.unref();
  }

  watch(processGroup: number): void {
    this.#process.stdin?.write(`watch ${processGroup}\n`);
  }

  forget(processGroup: number): void {
    this.#process.stdin?.write(`forget ${processGroup}\n`);
  }

  stop(): void {
    this.#process.stdin?.end();
  }
}
