import { resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { REPOSITORY } from '../../tooling/paths.ts';
import { type DltCommand, dltCommand } from './command.ts';

const target = { dataDir: resolve(REPOSITORY, '.orderflow') };

async function parse(line: string): Promise<DltCommand | undefined> {
  const perform = vi.fn(async (_: DltCommand) => {});
  const command = dltCommand(perform).configureOutput({ writeErr: () => {} });
  for (const verb of command.commands) verb.copyInheritedSettings(command);
  await command.parseAsync(line.split(' ').filter(Boolean), { from: 'user' });
  return perform.mock.calls[0]?.[0];
}

afterEach(() => vi.unstubAllEnvs());

describe('the command line of dlt', () => {
  it.each([
    ['list', { verb: 'list', target, json: false }],
    ['list --json', { verb: 'list', target, json: true }],
    ['replay orders-3-42', { verb: 'replay', target, id: 'orders-3-42', valueFile: undefined }],
    ['replay orders-3-42 --value a.json', { verb: 'replay', target, id: 'orders-3-42', valueFile: 'a.json' }],
    ['--stage prod drop orders-3-42', { verb: 'drop', target: { stage: 'prod' }, id: 'orders-3-42' }],
    ['drop orders-3-42 --stage prod', { verb: 'drop', target: { stage: 'prod' }, id: 'orders-3-42' }],
  ])('reads "%s"', async (line, command) => {
    expect(await parse(line)).toEqual(command);
  });

  it('finds the local run as the local run finds its folder', async () => {
    vi.stubEnv('ORDERFLOW_DATA_DIR', '/a');
    expect(await parse('list')).toMatchObject({ target: { dataDir: '/a' } });
    expect(await parse('list --data-dir /b')).toMatchObject({ target: { dataDir: '/b' } });
    expect(await parse('list --stage dev')).toMatchObject({ target: { stage: 'dev' } });
  });

  it.each([
    ['purge', "unknown command 'purge'"],
    ['list orders-3-42', "too many arguments for 'list'"],
    ['drop', "missing required argument 'id'"],
    ['replay orders-3-42 orders-3-43', "too many arguments for 'replay'"],
    ['drop orders-3-42 --value a.json', "unknown option '--value'"],
    ['drop orders-3-42 --json', "unknown option '--json'"],
    ['list --stage test', 'Allowed choices are dev, prod.'],
    ['list --stage dev --data-dir /a', '--data-dir is for the local run, --stage for AWS.'],
    ['list --verbose', "unknown option '--verbose'"],
  ])('refuses "%s"', async (line, problem) => {
    await expect(parse(line)).rejects.toThrow(problem);
  });
});
