import { expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { parsePermissionsCommand } from './command.ts';

it('shows the stage that the app takes by itself when nothing is said', () => {
  expect(parsePermissionsCommand([])).toEqual({ context: {}, json: false });
});

it('takes the stage and the context as the CDK does', () => {
  const args = ['--stage', 'prod', '-c', 'issuer=https://id.example/?a=b', '--context', 'alarmEmail=a@b.c', '--json'];
  expect(parsePermissionsCommand(args)).toEqual({
    context: { stage: 'prod', issuer: 'https://id.example/?a=b', alarmEmail: 'a@b.c' },
    json: true,
  });
});

it('shows the help before anything else', () => {
  expect(parsePermissionsCommand(['--stage', 'prod', '-h'])).toBeUndefined();
});

it.each([
  ['--color', "Unknown option '--color'"],
  ['-c=stage', 'key=value'],
  ['orders', 'Unexpected argument'],
])('says what is wrong with %s', (argument, problem) => {
  expect(() => parsePermissionsCommand([argument])).toThrow(UserError);
  expect(() => parsePermissionsCommand([argument])).toThrow(problem);
});

it('refuses two stages at once', () => {
  expect(() => parsePermissionsCommand(['--stage', 'dev', '-c', 'stage=prod'])).toThrow('two stages');
});
