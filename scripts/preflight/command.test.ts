import { describe, expect, it } from 'vitest';
import { type PreflightCommand, preflightCommand } from './command.ts';

async function parse(line: string): Promise<PreflightCommand | undefined> {
  let asked: PreflightCommand | undefined;
  const command = preflightCommand(async (given) => {
    asked = given;
  });
  const silent = { writeOut: () => {}, writeErr: () => {} };
  await command.configureOutput(silent).parseAsync(line.split(' ').filter(Boolean), { from: 'user' });
  return asked;
}

describe('the command line of preflight', () => {
  it.each([
    ['--stage dev', { context: { stage: 'dev' }, region: undefined }],
    ['--stage dev --region eu-west-1', { context: { stage: 'dev' }, region: 'eu-west-1' }],
    [
      '--stage prod -c auth=jwt -c issuer=https://a.example.com',
      { context: { stage: 'prod', auth: 'jwt', issuer: 'https://a.example.com' }, region: undefined },
    ],
  ])('reads "%s"', async (line, asked) => {
    expect(await parse(line)).toEqual(asked);
  });

  it.each([
    ['', "required option '--stage <stage>' not specified"],
    ['--stage test', 'Allowed choices are dev, prod.'],
    ['--stage dev -c stage=prod', '--stage and -c stage= name different stages.'],
    ['--stage dev -c target=localstack', 'remove -c target=localstack'],
    ['--stage dev -c issuer', 'It must be key=value.'],
    ['--stage dev eu-west-1', 'too many arguments'],
  ])('refuses "%s"', async (line, problem) => {
    await expect(parse(line)).rejects.toThrow(problem);
  });
});
