import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programEnvironment } from '../../../tooling/environment.ts';
import type { Java } from './java.ts';

export interface KafkaJvm {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  readonly args: readonly string[];
  /** More arguments for the broker: its classes are the ones worth archiving. */
  readonly brokerArgs: readonly string[];
  /** @param orderly whether the broker exited by itself, so that the archive is complete */
  brokerEnded(orderly: boolean): void;
}

/**
 * A JVM with Kafka on its class path. A class data sharing archive halves the time that a broker takes to start; the first broker
 * writes it into the cache folder when it ends.
 * https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
 */
export function kafkaJvm(o: { java: Java; classPath: string[]; cacheDir: string; env: NodeJS.ProcessEnv }): KafkaJvm {
  const { java, classPath, cacheDir } = o;
  const key = createHash('sha256').update(JSON.stringify([java.command, java.version, classPath]));
  const archive = join(cacheDir, `kafka-classes-${key.digest('hex').slice(0, 16)}.jsa`);
  const draft = `${archive}.${process.pid}.draft`;
  const isArchived = existsSync(archive);
  mkdirSync(cacheDir, { recursive: true });
  return {
    command: java.command,
    // On Linux a JVM encodes file names as the locale says: in the C locale it could not open paths beyond ASCII.
    env: programEnvironment({}, o.env),
    args: [...jvmArgs(classPath), ...(isArchived ? [`-XX:SharedArchiveFile=${archive}`] : [])],
    brokerArgs: isArchived ? [] : [`-XX:ArchiveClassesAtExit=${draft}`],
    brokerEnded(orderly) {
      if (isArchived) return;
      if (orderly && existsSync(draft)) renameSync(draft, archive);
      else rmSync(draft, { force: true });
    },
  };
}

function jvmArgs(classPath: readonly string[]): string[] {
  return [
    '-Xms128m',
    '-Xmx384m',
    // Start quickly and take little memory: a development broker gains no throughput from the alternatives.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    '-XX:+IgnoreUnrecognizedVMOptions',
    // Remarks about the class archive.
    '-Xlog:disable',
    '-Dfile.encoding=UTF-8',
    '-Djava.awt.headless=true',
    '-Djava.io.tmpdir=tmp',
    '-Dlog4j2.configurationFile=log4j2.properties',
    '-cp',
    classPath.join(delimiter),
  ];
}
