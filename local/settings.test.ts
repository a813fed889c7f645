import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_DATA_DIR } from '../tooling/paths.ts';
import { type OwnApp, readSettings as read, settingsOf, startCommand } from './settings.ts';

const OWN: OwnApp = {
  name: 'Things',
  folder: '/things',
  irrelevant: /^docs/,
  context: { stage: 'dev', bucket: 'things' },
  databasePassword: 'published',
};
const readSettings = (args: readonly string[] = []) => read(args, OWN);

afterEach(() => vi.unstubAllEnvs());

describe('settings', () => {
  it('have the published ports unless told otherwise', () => {
    expect(readSettings().ports).toEqual({ api: 8080, site: 3000, postgres: 5432, aws: 4566, kafka: 9092 });
  });

  it('are taken from variables, and from flags before those', () => {
    vi.stubEnv('ORDERFLOW_API_PORT', '9080');
    vi.stubEnv('ORDERFLOW_KAFKA_PORT', '9999');
    expect(readSettings(['--api-port', '9081']).ports).toMatchObject({ api: 9081, kafka: 9999 });
  });

  it('run the own app with its context and its password, besides what is given', () => {
    expect(readSettings(['-c', 'stage=prod', '-c', 'x=a=b'])).toMatchObject({
      name: 'Things',
      databasePassword: 'published',
      dataDir: DEFAULT_DATA_DIR,
      source: { kind: 'own', folder: '/things', context: { stage: 'prod', bucket: 'things', x: 'a=b' } },
    });
    expect(readSettings(['--database-password', 'mine']).databasePassword).toBe('mine');
  });

  it('run another app with nothing of the own one, and with a data folder of its own', () => {
    vi.stubEnv('INIT_CWD', '/work/shop');
    const assembly = readSettings(['--assembly', 'cdk.out']);
    expect(assembly).toMatchObject({ name: 'shop', source: { kind: 'assembly', dir: '/work/shop/cdk.out' } });
    expect(assembly.databasePassword).toBeUndefined();
    const command = readSettings(['--app', 'node bin/app.ts', '-c', 'a=b']);
    const source = { kind: 'command', command: 'node bin/app.ts', folder: '/work/shop', context: { a: 'b' } };
    expect(command).toMatchObject({ name: 'shop', source });
    for (const { dataDir } of [assembly, command])
      expect(dataDir.startsWith(join(DEFAULT_DATA_DIR, 'app-shop-'))).toBe(true);
    expect(assembly.dataDir).not.toBe(command.dataDir);
    expect(readSettings(['--app', 'node bin/app.ts']).dataDir).toBe(command.dataDir);
    expect(readSettings(['--assembly', 'cdk.out', '--data-dir', '/data']).dataDir).toBe('/data');
  });

  it("say which functions are debugged, at Node's own port and the next ones unless told otherwise", () => {
    const args = ['--inspect', 'one', '--inspect', 'two=9230', '--inspect', 'three', '--inspect', 'four=0'];
    const ports = { one: 9229, two: 9230, three: 9231, four: 0 };
    expect(Object.fromEntries(readSettings(args).inspect)).toEqual(ports);
    expect(readSettings().inspect.size).toBe(0);
  });

  it.each([
    [['--prot', '1'], /--prot/],
    [['--api-port', 'x'], /--api-port.*'x'.*port number, 0 to 65535/],
    [['--api-port', '65536'], /--api-port/],
    [['--data-dir', ''], /--data-dir.*empty/],
    [['--database-password', ''], /--database-password.*empty/],
    [['-c', 'stage'], /key=value/],
    [['--inspect', '=9229'], /--inspect.*function=port/],
    [['--inspect', 'one=x'], /--inspect.*port number/],
    [['--assembly', ''], /--assembly.*empty/],
    [['--assembly', 'cdk.out', '--app', 'x'], /--assembly.*cannot be used with.*--app/],
    [['--assembly', 'cdk.out', '-c', 'a=b'], /--assembly.*cannot be used with.*--context/],
  ])('refuse %j by name', (args, sentence) => {
    expect(() => parse(args)).toThrow(sentence);
  });

  it.each([
    ['ORDERFLOW_DATA_DIR', '', /ORDERFLOW_DATA_DIR.*empty/],
    ['ORDERFLOW_API_PORT', 'x', /--api-port.*'x'.*ORDERFLOW_API_PORT/],
  ])('refuse the variable %s=%s by name', (name, value, sentence) => {
    vi.stubEnv(name, value);
    expect(() => parse([])).toThrow(sentence);
  });

  it('are all in the help, with their variables and defaults', () => {
    const help = startCommand(OWN).helpInformation().replaceAll(/\s+/g, ' ');
    for (const [part, usual] of Object.entries(readSettings().ports)) {
      expect(help).toMatch(
        new RegExp(`--${part}-port <port> [^()]+\\(default: ${usual}, env: ORDERFLOW_${part.toUpperCase()}_PORT\\)`),
      );
    }
  });
});

/** As {@link readSettings}, without the message on the terminal. */
function parse(args: readonly string[]) {
  const command = startCommand(OWN).configureOutput({ writeErr: () => {} });
  return settingsOf(command.parse(args, { from: 'user' }), OWN);
}
