import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Settings, verifyCommand } from './command.ts';

async function parse(args: string): Promise<Settings | undefined> {
  let settings: Settings | undefined;
  const command = verifyCommand(async (asked) => {
    settings = asked;
  });
  const silent = { writeOut: () => {}, writeErr: () => {} };
  await command.configureOutput(silent).parseAsync(args.split(' ').filter(Boolean), { from: 'user' });
  return settings;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('npm run verify', () => {
  it('verifies an address without a token by default', async () => {
    expect(await parse('--url http://localhost:8080')).toEqual({
      url: 'http://localhost:8080',
      token: undefined,
      user: undefined,
      operator: false,
      patienceSeconds: 90,
    });
  });

  it('takes an address with a path, and no slash at its end', async () => {
    expect((await parse('--url https://abc.example.com/dev/'))?.url).toBe('https://abc.example.com/dev');
  });

  it('takes a token, whom it stands for and how long to wait', async () => {
    expect(await parse('--url http://a --token a.b.c --user alice --operator --patience 5')).toMatchObject({
      token: 'a.b.c',
      user: 'alice',
      operator: true,
      patienceSeconds: 5,
    });
  });

  it('takes the token from the environment as well, where no other process sees it', async () => {
    vi.stubEnv('ORDERFLOW_TOKEN', 'a.b.c\n');
    expect((await parse('--url http://a'))?.token).toBe('a.b.c');
    expect((await parse('--url http://a --token d'))?.token).toBe('d');
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
    ['--url http://a extra', 'too many arguments'],
  ])('refuses %j', async (args, part) => {
    await expect(parse(args)).rejects.toThrow(part);
  });

  it.each(['sec ret', ' '])('never repeats a token, not even a broken one: %j', async (token) => {
    vi.stubEnv('ORDERFLOW_TOKEN', token);
    await expect(parse('--url http://a')).rejects.toThrow(/^(?!.*sec ret).*must consist of/);
  });
});
