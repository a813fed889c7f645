import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../tooling/errors.ts';
import { keyTable, press } from './keys.ts';

function keys(sites: Record<string, string> = { web: 'http://localhost:3000' }) {
  const printed: string[] = [];
  const terminal = {
    isHidden: (_: string) => false,
    print: (text: string) => void printed.push(stripVTControlCharacters(text)),
    clear: () => void printed.push('cleared'),
  };
  const run = {
    addresses: { aws: '', apis: {}, sites, clusters: {}, databases: {} },
    isFunction: (source: string) => source === 'create-order',
    reload: async () => void printed.push('reloaded'),
    runLater: async () => void printed.push('migrated'),
  };
  const opened: string[] = [];
  const addresses = ['API http://localhost:8080'];
  const open = async (url: string) => void opened.push(url);
  const table = keyTable({ run, terminal, addressesText: () => addresses.join(), open });
  return { printed, terminal, opened, addresses, run, table, press: (key: string) => press(table.get(key), terminal) };
}

describe('the key', () => {
  it('h shows each key that does something, and the addresses as they are by then', async () => {
    const { printed, press, addresses } = keys();
    await press('h');
    for (const key of ['h', 'o', 'l', 'r', 'm', 'c', 'q'])
      expect(printed[0]).toMatch(new RegExp(`^  ${key}  \\w`, 'm'));
    expect(printed[0]).toContain('API http://localhost:8080');
    addresses.push('a second API http://localhost:8081');
    await press('h');
    expect(printed[1]).toContain('a second API http://localhost:8081');
  });

  it('o opens the first site, and says so when there is none', async () => {
    const { opened, press } = keys();
    await press('o');
    expect(opened).toEqual(['http://localhost:3000']);
    const without = keys({});
    await without.press('o');
    expect(without.printed).toEqual(['This app has no site to open.']);
  });

  it('l leaves out what functions log, and shows it again', async () => {
    const { terminal, press } = keys();
    const hidden = () => ['create-order', 'api'].map((source) => terminal.isHidden(source));
    await press('l');
    expect(hidden()).toEqual([true, false]);
    await press('l');
    expect(hidden()).toEqual([false, false]);
  });

  it('m does what waits', async () => {
    const { printed, press } = keys();
    await press('m');
    expect(printed).toEqual(['Running what waits ...', 'migrated']);
  });

  it('r reloads, and prints what failed', async () => {
    const { printed, run, press } = keys();
    await press('r');
    expect(printed).toEqual(['Reloading ...', 'reloaded', expect.stringMatching(/^Everything .* in \d+\.\d s\.$/)]);
    run.reload = async () => {
      throw new UserError('It cannot.');
    };
    await press('r');
    expect(printed.at(-1)).toBe('It cannot.');
  });

  it('q ends the run as Ctrl-C does, and c clears the screen', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const { printed, press } = keys();
    await press('q');
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT');
    kill.mockRestore();
    await press('c');
    expect(printed).toEqual(['cleared']);
  });

  it('without a meaning does nothing', async () => {
    const { printed, press } = keys();
    await press('x');
    expect(printed).toEqual([]);
  });
});
