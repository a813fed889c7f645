import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { newCommand, runCommand } from '../tooling/command-line.ts';

const LOCK_FILE = join(import.meta.dirname, '../local/engines/kafka/jars.lock.json');
/** Kafka logs through SLF4J 1.7; this binding to the Log4j that it brings along is part of its distribution alone. */
const LOG_BINDING = 'org.apache.logging.log4j:log4j-slf4j-impl';
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

const command = newCommand(
  'node scripts/lock-kafka-jars.ts',
  'Writes local/engines/kafka/jars.lock.json: the runtime class path of org.apache.kafka:kafka_2.13 as Maven resolves it, with the SHA-512 of each file. ' +
    'Only for moving to another version of Kafka; needs Maven.',
)
  .argument('<version>', 'the version of Kafka, such as 4.1.2')
  .action(lock);

await runCommand(command);

function lock(version: string): void {
  const work = mkdtempSync(join(tmpdir(), 'kafka-jars-'));
  try {
    const kafka = `org.apache.kafka:kafka_2.13:${version}`;
    const [log4j] = resolve([kafka], work).filter((jar) =>
      jar.artifact.startsWith('org.apache.logging.log4j:log4j-core:'),
    );
    if (!log4j) throw new Error('Kafka no longer brings Log4j along: choose another logging binding.');
    const jars = resolve([kafka, `${LOG_BINDING}:${log4j.artifact.split(':')[2]}`], work);
    writeFileSync(LOCK_FILE, `${JSON.stringify({ kafka: version, jars }, null, 2)}\n`);
    console.log(`${jars.length} files, ${Math.round(jars.reduce((sum, jar) => sum + jar.bytes, 0) / 1e6)} MB`);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function resolve(artifacts: readonly string[], work: string) {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, release] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${release}</version></dependency>`;
  });
  const pom = join(work, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>lock</groupId>
     <artifactId>lock</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  const out = mkdtempSync(join(work, 'jars-'));
  const goal = [`${DEPENDENCY_PLUGIN}:copy-dependencies`, '-DincludeScope=runtime', '-Dmdep.useRepositoryLayout=true'];
  const { status } = spawnSync('mvn', ['-q', '-B', '-f', pom, ...goal, `-DoutputDirectory=${out}`], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('Maven could not resolve the dependencies.');
  return globSync('**/*.jar', { cwd: out })
    .map((file) => describe(join(out, file), out))
    .sort((a, b) => (a.artifact < b.artifact ? -1 : 1));
}

/** In the repository layout a file lies at group/as/folders/name/version/name-version.jar. */
function describe(file: string, root: string) {
  const [release = '', name = '', ...group] = relative(root, dirname(file)).split('/').reverse();
  if (basename(file) !== `${name}-${release}.jar`)
    throw new Error(`${file} has a classifier, which the lock cannot hold.`);
  const content = readFileSync(file);
  return {
    artifact: `${group.reverse().join('.')}:${name}:${release}`,
    bytes: content.length,
    sha512: createHash('sha512').update(content).digest('hex'),
  };
}
