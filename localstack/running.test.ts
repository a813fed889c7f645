import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../tooling/errors.ts';
import { thisProcess } from '../tooling/processes.ts';
import {
  assertNoConflictingRun,
  findRunning,
  forgetRunning,
  rememberRunning,
  requireRunning,
  runningFileOf,
} from './running.ts';
import { runningFixture } from './running-fixture.ts';

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'running ')), 'localstack');

describe('what is up', () => {
  it('is nothing in a new folder', async () => {
    const dataDir = newFolder();
    expect(await findRunning(dataDir)).toBeUndefined();
    await expect(requireRunning(dataDir)).rejects.toThrow(/^LocalStack is not running\. Start it with .*up/);
  });

  it('is remembered until it is forgotten, and readable by its owner alone', async () => {
    const dataDir = newFolder();
    const running = runningFixture({ runner: thisProcess() });
    await rememberRunning(dataDir, running);
    expect(await requireRunning(dataDir)).toEqual(running);
    expect(statSync(runningFileOf(dataDir)).mode & 0o777).toBe(0o600);
    await forgetRunning(dataDir);
    expect(await findRunning(dataDir)).toBeUndefined();
  });

  it('is no more when its process has been killed, also when another one has got its id', async () => {
    const dataDir = newFolder();
    await rememberRunning(dataDir, runningFixture({ runner: { ...thisProcess(), identity: 'of another' } }));
    await expect(requireRunning(dataDir)).rejects.toThrow(UserError);
    await expect(requireRunning(dataDir)).rejects.toThrow(/\(process \d+\) was killed\. Start it again/);
  });

  it('with Docker, is what Docker says', async () => {
    const dataDir = newFolder();
    await rememberRunning(dataDir, runningFixture({ mode: 'docker' }));
    expect((await requireRunning(dataDir)).mode).toBe('docker');
  });
});

const docker = runningFixture({ mode: 'docker' });
const processes = runningFixture({ runner: thisProcess() });
const killed = runningFixture({ runner: { ...thisProcess(), identity: 'of another' } });

describe('what is up already', () => {
  it.each([
    ['nothing', undefined, docker],
    ['nothing', undefined, processes],
    ['the containers', docker, docker],
    ['a killed run', killed, docker],
    ['a killed run', killed, processes],
  ])('is not in the way when it is %s', (_, previous, next) => {
    expect(() => assertNoConflictingRun(previous, next)).not.toThrow();
  });

  it.each([
    ['processes', processes, docker, /^`up --no-docker` is running \(process \d+\)\. End it first/],
    ['containers', docker, processes, /^The containers of `up` exist\. Remove them first: .*destroy/],
    [
      'databases with another password',
      docker,
      { ...docker, passwords: { master: 'other', application: 'other' } },
      /^ORDERFLOW_MASTER_PASSWORD has changed, .* Restore it, or start over .*destroy/,
    ],
  ])('has to go first when it is %s', (_, previous, next, sentence) => {
    expect(() => assertNoConflictingRun(previous, next)).toThrow(sentence);
  });
});
