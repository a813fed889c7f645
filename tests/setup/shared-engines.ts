import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type KafkaAccess, type PostgresAccess, startTestMsk, startTestPostgres } from '../support/engines.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresAccess;
    kafka: KafkaAccess;
  }
}

/**
 * Starts one Postgres server and one Kafka broker for all tests that neither kill nor freeze them. Each test file makes
 * databases, topics and groups of its own.
 */
export default async function setup(project: TestProject) {
  const dir = mkdtempSync(join(tmpdir(), 'engines-'));
  await using starting = new AsyncDisposableStack();
  const [postgres, kafka] = await Promise.all([
    startTestPostgres(dir).then((started) => starting.adopt(started, ({ server }) => server.stop())),
    startTestMsk(dir).then((started) => starting.adopt(started, (msk) => msk.stop())),
  ]);
  project.provide('postgres', postgres.access);
  project.provide('kafka', kafka.access);
  const running = starting.move();
  return () => running.disposeAsync();
}
