import { describe, expect, it } from 'vitest';
import { chaosCommand, type Settings } from './command.ts';

async function parse(...args: string[]): Promise<Settings | undefined> {
  let settings: Settings | undefined;
  const command = chaosCommand(async (asked) => {
    settings = asked;
  });
  await command.configureOutput({ writeOut: () => {}, writeErr: () => {} }).parseAsync(args, { from: 'user' });
  return settings;
}

describe('the command line', () => {
  it('has defaults for everything and another seed each time', async () => {
    const settings = await parse();
    expect(settings).toMatchObject({ orders: 2000, clients: 8, kills: 3, stalls: 0, drainSeconds: 300, keep: false });
    expect((await parse())?.seed).not.toBe(settings?.seed);
  });

  it('takes what it is given', async () => {
    const args = ['--orders', '20000', '--seed', '5', '--outage', 'both', '--seconds', '9'];
    expect(await parse(...args)).toMatchObject({ orders: 20_000, seed: 5, outage: 'both', outageSeconds: 9 });
  });

  it('moves users where functions of a former release run beside the present ones', async () => {
    expect(await parse('--beside', 'ee4c4c8')).toMatchObject({ beside: 'ee4c4c8', move: true });
  });

  it.each([
    [['--orders', '0'], '--orders'],
    [['--orders', '1e3'], '--orders'],
    [['--seed', '4294967296'], '--seed'],
    [['--outage', 'postgres'], 'kafka, s3, both'],
    [['--order', '5'], "'--order'"],
  ])('refuses %j and names it', async (args, named) => {
    await expect(parse(...args)).rejects.toThrow(named);
  });
});
