import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_DATA_DIR } from '../../tooling/paths.ts';
import { type UserCommand, userCommand } from './command.ts';

const target = { dataDir: DEFAULT_DATA_DIR };

async function parse(line: string): Promise<UserCommand | undefined> {
  const perform = vi.fn(async (_: UserCommand) => {});
  const command = userCommand(perform).configureOutput({ writeErr: () => {} });
  for (const verb of command.commands) verb.copyInheritedSettings(command);
  await command.parseAsync(line.split(' '), { from: 'user' });
  return perform.mock.calls[0]?.[0];
}

describe('the command line of user', () => {
  it.each<[string, UserCommand]>([
    ['export alice', { verb: 'export', target, userId: 'alice', folder: resolve('alice') }],
    ['export Al.ic-e_9 --to out', { verb: 'export', target, userId: 'Al.ic-e_9', folder: resolve('out') }],
    ['erase alice', { verb: 'erase', target, userId: 'alice', yes: false }],
    ['erase alice --yes --stage prod', { verb: 'erase', target: { stage: 'prod' }, userId: 'alice', yes: true }],
  ])('reads "%s"', async (line, command) => {
    expect(await parse(line)).toEqual(command);
  });

  it.each([
    ['export', 'missing required argument'],
    ['erase 9alice', 'It must start with a letter (A-Z or a-z)'],
    ['erase al/ice', 'It must start with a letter (A-Z or a-z)'],
    [`erase ${'a'.repeat(101)}`, 'It must start with a letter (A-Z or a-z)'],
    ['erase alice bob', 'too many arguments'],
    ['forget alice', 'unknown command'],
  ])('refuses "%s"', async (line, message) => {
    await expect(parse(line)).rejects.toThrow(message);
  });
});
