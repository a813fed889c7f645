import { describe, expect, it } from 'vitest';
import { UsageError } from '../../tooling/errors.ts';
import { HELP, parseVerifyCommand } from './command.ts';

const parse = (args: string, env: NodeJS.ProcessEnv = {}) => parseVerifyCommand(args.split(' '), env);

describe('npm run verify', () => {
  it('verifies an address without a token by itself', () => {
    expect(parse('--url http://localhost:8080')).toEqual({
      url: 'http://localhost:8080',
      token: undefined,
      user: undefined,
      operator: false,
      patienceSeconds: 90,
    });
  });

  it('takes an address with a path, and no slash at its end', () => {
    expect(parse('--url https://abc.example.com/dev/')?.url).toBe('https://abc.example.com/dev');
  });

  it('takes a token, whom it stands for and how long to wait', () => {
    expect(parse('--url http://a --token a.b.c --user alice --operator --patience 5')).toMatchObject({
      token: 'a.b.c',
      user: 'alice',
      operator: true,
      patienceSeconds: 5,
    });
  });

  it('takes the token from the environment as well, where no other process sees it', () => {
    expect(parse('--url http://a', { ORDERFLOW_TOKEN: 'a.b.c\n' })?.token).toBe('a.b.c');
    expect(parse('--url http://a --token d', { ORDERFLOW_TOKEN: 'a.b.c' })?.token).toBe('d');
  });

  it('shows its help, which names every option', () => {
    expect(parse('--help')).toBeUndefined();
    for (const name of ['--url', '--token', '--user', '--operator', '--patience', '--help'])
      expect(HELP).toContain(name);
  });

  it.each([
    ['', '--url'],
    ['--url localhost:8080', 'http or https'],
    ['--url ftp://a', 'http or https'],
    ['--url http://a?b=c', '--url'],
    ['--url http://a --user alice', '--user requires --token'],
    ['--url http://a --operator', '--operator requires --token'],
    ['--url http://a --patience 0', '--patience'],
    ['--url http://a --tokn x', '--tokn'],
    ['--url http://a extra', 'extra'],
  ])('refuses %j', (args, part) => {
    const command = () => parseVerifyCommand(args.split(' ').filter(Boolean), {});
    expect(command).toThrow(UsageError);
    expect(command).toThrow(part);
  });

  it('never repeats a token, not even a broken one', () => {
    expect(() => parse('--url http://a', { ORDERFLOW_TOKEN: 'sec ret' })).toThrow(/^(?!.*sec ret)/);
    expect(() => parse('--url http://a', { ORDERFLOW_TOKEN: '' })).toThrow(UsageError);
  });
});
