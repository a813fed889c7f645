import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../tooling/errors.ts';

const FILE = 'kafka-version';

/**
 * Records which Kafka is going to write a data folder. A newer Kafka goes on with the data of an older one, but not the other
 * way round: https://kafka.apache.org/41/getting-started/upgrade/
 *
 * @param jars absolute paths of the class path
 * @throws UserError when a newer minor version has written the folder
 */
export function claimKafkaData(dir: string, jars: readonly string[]): void {
  const version = versionOf(jars);
  const recorded = read(join(dir, FILE));
  if (recorded !== undefined && minor(recorded) > minor(version)) {
    throw new UserError(
      `The topics in ${dir} were written by Kafka ${recorded}, and Kafka ${version} cannot read them. Use the newer Kafka, delete all local data with \`npm run reset\`, or choose another data folder with --data-dir.`,
    );
  }
  writeFileSync(join(dir, FILE), version);
}

function versionOf(jars: readonly string[]): string {
  for (const jar of jars) {
    const [, version] = /\bkafka_2\.13-(\d+\.\d+\.\d+)[^/]*\.jar$/.exec(jar) ?? [];
    if (version !== undefined) return version;
  }
  throw new Error('there is no Kafka on the class path');
}

/** 4.1.2 is 4001, so that versions compare as numbers. */
function minor(version: string): number {
  const [first, second] = version.split('.').map(Number);
  return (first ?? 0) * 1000 + (second ?? 0);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
