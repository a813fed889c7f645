import { describe, expect, it } from 'vitest';
import { parseChaosCommand } from './command.ts';

describe('the command line', () => {
  it('has defaults for everything and another seed each time', () => {
    const settings = parseChaosCommand([]);
    expect(settings).toMatchObject({ orders: 2000, clients: 8, kills: 3, drainSeconds: 300, keep: false });
    expect(parseChaosCommand([])?.seed).not.toBe(settings?.seed);
  });

  it('takes what it is given', () => {
    expect(parseChaosCommand(['--orders', '20000', '--seed', '5', '--outage', 'both', '--seconds', '9'])).toMatchObject(
      {
        orders: 20_000,
        seed: 5,
        outage: 'both',
        outageSeconds: 9,
      },
    );
  });

  it.each([
    [['--orders', '0'], '--orders'],
    [['--orders', '1e3'], '--orders'],
    [['--seed', '4294967296'], '--seed'],
    [['--outage', 'postgres'], 'kafka, s3, both'],
    [['--order', '5'], "'--order'"],
  ])('refuses %j and names it', (args, named) => {
    expect(() => parseChaosCommand(args)).toThrow(named);
  });

  it('says nothing but its help when asked for it', () => {
    expect(parseChaosCommand(['--orders', '5', '--help'])).toBeUndefined();
  });
});
