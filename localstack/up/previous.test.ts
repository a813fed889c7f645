import { describe, expect, it } from 'vitest';
import { thisRunner } from '../running.ts';
import { runningFixture } from '../running-fixture.ts';
import { refuseOther } from './previous.ts';

const docker = runningFixture({ mode: 'docker' });
const processes = runningFixture({ runner: thisRunner() });
const killed = runningFixture({ runner: { ...thisRunner(), identity: 'of another' } });

describe('what is up already', () => {
  it.each([
    ['nothing', undefined, docker],
    ['nothing', undefined, processes],
    ['the containers', docker, docker],
    ['a killed run', killed, docker],
    ['a killed run', killed, processes],
  ])('is not in the way when it is %s', (_, previous, next) => {
    expect(() => refuseOther(previous, next)).not.toThrow();
  });

  it.each([
    ['processes', processes, docker, /^What `up --no-docker` started is up \(process \d+\)\. End it first/],
    ['containers', docker, processes, /^The containers of `up` are there\. Remove them first: .*destroy/],
    [
      'databases with another password',
      docker,
      { ...docker, passwords: { master: 'other', application: 'other' } },
      /^ORDERFLOW_MASTER_PASSWORD has changed, .* Put that back, or start anew: .*destroy/,
    ],
  ])('has to go first when it is %s', (_, previous, next, sentence) => {
    expect(() => refuseOther(previous, next)).toThrow(sentence);
  });
});
