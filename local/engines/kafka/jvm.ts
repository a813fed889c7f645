import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Java } from './java.ts';

/** Kafka's classes as the JVM keeps them in memory, mapped from a file: it halves the time that Kafka takes to start. */
export interface ClassArchive {
  readonly jvmArgs: readonly string[];
  /** Call it when the JVM has ended. @param orderly whether it ended by itself and so finished writing */
  settle(orderly: boolean): void;
}

/**
 * Uses the archive of this Java and class path, or has the JVM write it when it ends for the first time.
 * https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
 */
export function openClassArchive(cacheDir: string, java: Java, classPath: readonly string[]): ClassArchive {
  const key = createHash('sha256')
    .update(JSON.stringify([java.command, java.version, classPath]))
    .digest('hex');
  const archive = join(cacheDir, `kafka-classes-${key.slice(0, 16)}.jsa`);
  if (existsSync(archive)) return { jvmArgs: [`-XX:SharedArchiveFile=${archive}`], settle() {} };
  mkdirSync(cacheDir, { recursive: true });
  const draft = `${archive}.${process.pid}.draft`;
  return {
    jvmArgs: [`-XX:ArchiveClassesAtExit=${draft}`],
    settle(orderly) {
      if (orderly && existsSync(draft)) renameSync(draft, archive);
      else rmSync(draft, { force: true });
    },
  };
}
