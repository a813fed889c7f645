import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../../tooling/errors.ts';
import { claimKafkaData } from './data-version.ts';

const kafka = (version: string) => ['/cache/kafka-clients-9.9.9.jar', `/cache/kafka_2.13-${version}.jar`];

function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kafka-version-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

it('data of an older Kafka are taken on, and recorded as those of the newer one', () => {
  const dir = newFolder();
  for (const version of ['4.1.2', '4.1.1', '4.2.0', '5.0.0']) claimKafkaData(dir, kafka(version));
  expect(readFileSync(join(dir, 'kafka-version'), 'utf8')).toBe('5.0.0');
});

it('data of a newer Kafka are refused, with both versions and what to do', () => {
  const dir = newFolder();
  claimKafkaData(dir, kafka('4.10.0'));
  const refusal = () => claimKafkaData(dir, kafka('4.9.3'));
  expect(refusal).toThrow(UserError);
  for (const part of [dir, '4.10.0', '4.9.3', 'npm run reset']) expect(refusal).toThrow(part);
  expect(readFileSync(join(dir, 'kafka-version'), 'utf8')).toBe('4.10.0');
});
