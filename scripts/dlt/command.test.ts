import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../tooling/errors.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { parseDltCommand } from './command.ts';

const parse = (line: string, env: NodeJS.ProcessEnv = {}) => parseDltCommand(line.split(' ').filter(Boolean), env);
const target = { dataDir: resolve(REPOSITORY, '.orderflow') };

describe('the command line of dlt', () => {
  it.each([
    ['list', { verb: 'list', target, json: false }],
    ['list --json', { verb: 'list', target, json: true }],
    ['replay orders-3-42', { verb: 'replay', target, id: 'orders-3-42', valueFile: undefined }],
    ['replay orders-3-42 --value a.json', { verb: 'replay', target, id: 'orders-3-42', valueFile: 'a.json' }],
    ['--stage prod drop orders-3-42', { verb: 'drop', target: { stage: 'prod' }, id: 'orders-3-42' }],
    ['list -h', undefined],
  ])('reads "%s"', (line, command) => {
    expect(parse(line)).toEqual(command);
  });

  it('finds the local run as the local run finds its folder', () => {
    expect(parse('list', { ORDERFLOW_DATA_DIR: '/a' })).toMatchObject({ target: { dataDir: '/a' } });
    expect(parse('list --data-dir /b', { ORDERFLOW_DATA_DIR: '/a' })).toMatchObject({ target: { dataDir: '/b' } });
  });

  it.each([
    ['', 'Say what to do: list, replay or drop.'],
    ['purge', 'There is no command purge.'],
    ['list orders-3-42', 'list takes no id.'],
    ['drop', 'drop takes one id, such as orders-3-42.'],
    ['replay orders-3-42 orders-3-43', 'replay takes one id, such as orders-3-42.'],
    ['drop orders-3-42 --value a.json', '--value goes with replay.'],
    ['drop orders-3-42 --json', '--json goes with list.'],
    ['list --stage test', '--stage must be dev or prod; got "test".'],
    ['list --stage dev --data-dir /a', '--data-dir is about the local run, --stage about AWS.'],
    ['list --verbose', "Unknown option '--verbose'"],
  ])('refuses "%s"', (line, problem) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(problem);
  });
});
