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

it('refuses two stages at once', () => {
  expect(() => parse('--stage', 'dev', '-c', 'stage=prod')).toThrow('different stages');
});
