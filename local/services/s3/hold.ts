import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readJsonFile } from '../../../tooling/json-file.ts';
import { runDirOf } from '../../../tooling/paths.ts';
import { isRunning, type ProcessId, thisProcess } from '../../../tooling/processes.ts';

const LOOK_EVERY_MS = 50;

/**
 * Makes the S3 of a run hang: as long as this lasts, and this process lives, it takes requests and does not respond. Tests of outages and `npm run break` can so hold
 * what is no process of its own.
 *
 * @returns lets it go on
 */
export function holdS3(dataDir: string): () => void {
  const file = holdFileOf(dataDir);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(thisProcess()));
  return () => rmSync(file, { force: true });
}

/** The side of S3. */
export class Hold {
  readonly #file: string;

  /** Ends a hold that an earlier run was under. */
  constructor(dataDir: string) {
    this.#file = holdFileOf(dataDir);
    rmSync(this.#file, { force: true });
  }

  /** Resolves when S3 is not held, which is at once as a rule, and when nobody waits any longer. */
  async over(isWanted: () => boolean = () => true): Promise<void> {
    // A run that ends does not wait for it.
    while (this.#isHeld() && isWanted()) await delay(LOOK_EVERY_MS, undefined, { ref: false });
  }

  #isHeld(): boolean {
    if (!existsSync(this.#file)) return false;
    const holder = readJsonFile<ProcessId>(this.#file);
    return holder !== undefined && isRunning(holder);
  }
}

function holdFileOf(dataDir: string): string {
  return join(runDirOf(dataDir), 'hold-s3');
}
