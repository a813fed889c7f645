import { describe, expect, it, vi } from 'vitest';
import { type LogsCommand, logsCommand } from './command.ts';

async function parse(line: string): Promise<LogsCommand | undefined> {
  const perform = vi.fn(async (_: LogsCommand) => {});
  const command = logsCommand(perform).configureOutput({ writeErr: () => {} });
  await command.parseAsync(line.split(' ').filter(Boolean), { from: 'user' });
  return perform.mock.calls[0]?.[0];
}

describe('the command line of logs', () => {
  it('reads functions, a time, an order and a stage', async () => {
    expect(await parse('create-order api --since 10m --order x -f --stage prod')).toEqual({
      target: { stage: 'prod' },
      sources: ['create-order', 'api'],
      sinceMs: 600_000,
      order: 'x',
      errors: false,
      follow: true,
      json: false,
    });
  });

  it.each([
    ['--since 10', 'It must be a time such as 30s'],
    ['--stage dev --data-dir /a', '--data-dir is for the local run'],
    ['--tail', "unknown option '--tail'"],
  ])('refuses "%s"', async (line, problem) => {
    await expect(parse(line)).rejects.toThrow(problem);
  });
});
