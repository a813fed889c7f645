import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_DATA_DIR } from '../../tooling/paths.ts';
import { type ShardsCommand, shardsCommand } from './command.ts';

const target = { dataDir: DEFAULT_DATA_DIR };
const MAP = '[{"id":1,"from":"A","to":"SL"},{"id":3,"from":"SM","to":"Z"}]';

async function parse(...args: string[]): Promise<ShardsCommand | undefined> {
  const perform = vi.fn(async (_: ShardsCommand) => {});
  const command = shardsCommand(perform).configureOutput({ writeErr: () => {} });
  for (const verb of command.commands) verb.copyInheritedSettings(command);
  await command.parseAsync(args, { from: 'user' });
  return perform.mock.calls[0]?.[0];
}

describe('the command line of shards', () => {
  it('plans for the next map of the deployment, at the pace of the mover', async () => {
    // 2,000 a second in 45 of 60 seconds.
    expect(await parse('plan')).toEqual({ verb: 'plan', target, options: { rate: 1_500 } });
  });

  it('plans for a map, or for an even one of some shards, at another pace and for a stage', async () => {
    expect(await parse('plan', '--map', MAP)).toMatchObject({
      options: {
        map: [
          { id: 1, from: 'A', to: 'SL' },
          { id: 3, from: 'SM', to: 'Z' },
        ],
      },
    });
    expect(await parse('plan', '--balance', '26', '--rate', '200', '--stage', 'prod')).toEqual({
      verb: 'plan',
      target: { stage: 'prod' },
      options: { balance: 26, rate: 200 },
    });
  });

  it.each(['start', 'status', 'pause', 'resume', 'abort', 'finish', 'check', 'repair'])('has %s', async (verb) => {
    expect(await parse(verb)).toEqual({ verb, target });
  });

  it.each([
    ['A-M', 'It must be a JSON list such as [{"id":1,'],
    ['[{"id":1,"from":"A","to":"M"]', 'must be a JSON list such as [{"id":1,'],
    ['{"id":1,"from":"A","to":"Z"}', 'must be a JSON list such as [{"id":1,'],
    ['[{"id":"one","from":"A","to":"Z"}]', '0.id: Invalid input: expected number, received string.'],
    ['[]', 'Shard ids must be 1 to 26'],
    ['[{"id":27,"from":"A","to":"Z"}]', 'Shard ids must be 1 to 26, each at most once; got [27].'],
    ['[{"id":1,"from":"A","to":"smith"}]', 'Shard 1 must name a range such as A-M'],
    ['[{"id":1,"from":"A","to":"M"}]', 'Every user needs exactly one shard, but those from N on belong to no shard.'],
  ])('refuses the map %s, and says what is wrong with it', async (map, problem) => {
    await expect(parse('plan', '--map', map)).rejects.toThrow(problem);
  });

  it.each([
    ['plan --balance 0', 'It must be a whole number, 1 to 26.'],
    ['plan --balance 27', 'It must be a whole number, 1 to 26.'],
    ['plan --balance two', 'It must be a whole number, 1 to 26.'],
    [`plan --balance 2 --map ${MAP}`, "'--balance <n>' cannot be used with option '--map <json>'"],
    ['plan --rate 0', 'It must be a whole number, 1 or more.'],
    ['plan 4', "too many arguments for 'plan'"],
    ['start --balance 2', "unknown option '--balance'"],
  ])('refuses "%s"', async (line, problem) => {
    await expect(parse(...line.split(' '))).rejects.toThrow(problem);
  });
});
