import { expect, it, vi } from 'vitest';
import { type PermissionsCommand, permissionsCommand } from './command.ts';

function parse(...args: string[]): PermissionsCommand | undefined {
  const show = vi.fn((_: PermissionsCommand) => {});
  permissionsCommand(show)
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: 'user' });
  return show.mock.calls[0]?.[0];
}

it('shows the stage that the app takes by itself when nothing is said', () => {
  expect(parse()).toEqual({ context: {}, json: false });
});

it('takes the stage and the context as the CDK does', () => {
  const args = ['--stage', 'prod', '-c', 'issuer=https://id.example/?a=b', '--context', 'alarmEmail=a@b.c', '--json'];
  expect(parse(...args)).toEqual({
    context: { stage: 'prod', issuer: 'https://id.example/?a=b', alarmEmail: 'a@b.c' },
    json: true,
  });
});

it.each([
  ['--color', "unknown option '--color'"],
  ['-c=stage', 'key=value'],
  ['orders', 'too many arguments'],
])('says what is wrong with %s', (argument, problem) => {
  expect(() => parse(argument)).toThrow(problem);
});

it.each([
  [['--prove'], { part: 1, of: 1 }],
  [['--prove', '--share', '2/6'], { part: 2, of: 6 }],
])('takes statements away with %j', (args, prove) => {
  expect(parse(...args)).toEqual({ context: {}, json: false, prove });
});

it.each([
  [['--prove', '--stage', 'prod'], "'--prove' cannot be used with option '--stage <stage>'"],
  [['--prove', '-c', 'issuer=https://id.example'], "'--prove' cannot be used with option '-c, --context <key=value>'"],
  [['--prove', '--json'], "'--prove' cannot be used with option '--json'"],
  [['--share', '2/6'], "'--share <k/n>' needs option '--prove'"],
  ...['0/6', '7/6', '2', '1/0', 'a/b'].map((share): [string[], string] => [
    ['--prove', '--share', share],
    'k from 1 to n',
  ]),
])('says what is wrong with %j', (args, problem) => {
  expect(() => parse(...args)).toThrow(problem);
});

it('refuses two stages at once', () => {
  expect(() => parse('--stage', 'dev', '-c', 'stage=prod')).toThrow('different stages');
});
