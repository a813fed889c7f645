import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { Deployment } from '../assembly/deploy.ts';
import type { RunProvider } from '../assembly/resource-provider.ts';
import type { ResourceDeclaration } from '../assembly/template.ts';
import { AppReloader } from './app-reloader.ts';

const REMEDY = 'press the key';

/**
 * A run of an app whose templates the test makes up: `functions/one.ts` is a source of a function, `shared.ts` one of the app as well, and
 * `app.ts` one of the app alone.
 */
async function reloadedApp() {
  const dir = mkdtempSync(join(tmpdir(), 'reload-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  /** Writes an assembly. @returns its folder */
  const assemblyOf = (name: string, Resources: Record<string, ResourceDeclaration>) => {
    const folder = join(dir, name);
    mkdirSync(folder, { recursive: true });
    const artifacts = {
      Shop: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Shop.json' }, environment: 'aws://1/r' },
    };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
    writeFileSync(join(folder, 'Shop.json'), JSON.stringify({ Resources }));
    writeFileSync(join(folder, 'modules.json'), JSON.stringify(['/app/app.ts', '/app/shared.ts']));
    return folder;
  };
  const events: string[] = [];
  const provider = (update: RunProvider['update']): RunProvider => ({
    kind: 'run',
    how: '',
    update,
    create: async ({ logicalId, properties }) => {
      if (properties.fails === true) throw new Error('no room');
      events.push(`create ${logicalId}`);
      return { ref: logicalId };
    },
  });
  const providers: Record<string, RunProvider> = {
    'Test::Thing': provider('again'),
    'Test::Later': provider('later'),
    'Test::Fixed': provider(undefined),
  };
  const log = memoryLog();
  const readSecret = async () => '';
  const deployment = new Deployment({ providerOf: ({ Type }) => providers[Type] }, { log, readSecret });
  const first = { List: { Type: 'Test::Thing', Properties: { size: 1 } } };
  const assembly = assemblyOf('first', first);
  const next = { synthesize: async () => assembly };
  let changed: readonly string[] = [];
  const reloader = new AppReloader({
    folder: '/app',
    assembly,
    synthesizer: {
      synthesize: async () => {
        events.push('synthesize');
        return next.synthesize();
      },
      warmUp: async () => void events.push('warm up'),
    },
    deployment,
    builders: [
      {
        inputs: () => new Set(['functions/one.ts', 'shared.ts']),
        reload: async (files) => void events.push(`reload ${files}`),
      },
    ],
    sourceChanges: async () => changed,
    prepare: async () => {},
    settle: async () => void events.push('settle'),
    inUse: () => [],
    remedy: REMEDY,
    log,
  });
  await reloader.runLater();
  /** Saves files, after which the app has these resources, or cannot be synthesized. */
  const save = async (
    files: readonly string[],
    becomes: Record<string, ResourceDeclaration> | Error = first,
    whenUp = true,
  ) => {
    changed = files;
    events.length = 0;
    log.lines.length = 0;
    const name = `assembly-${Math.random()}`;
    next.synthesize = async () => {
      if (becomes instanceof Error) throw becomes;
      return becomes === first ? assembly : assemblyOf(name, becomes);
    };
    await (whenUp ? reloader.saved(files) : reloader.catchUp());
    return { events: events.filter((event) => event !== 'warm up'), log: log.lines.join('\n') };
  };
  return { save, reloader, first, events, log };
}

const thing = (size: number) => ({ List: { Type: 'Test::Thing', Properties: { size } } });

describe('what is saved', () => {
  it('of functions alone is reloaded without a synthesis', async () => {
    const { save } = await reloadedApp();
    expect((await save(['functions/one.ts'])).events).toEqual(['reload functions/one.ts']);
  });

  it('during the start is taken in once the run is up, and nothing is done where there is nothing', async () => {
    const { save } = await reloadedApp();
    expect((await save(['functions/one.ts'], undefined, false)).events).toEqual(['reload functions/one.ts']);
    expect((await save(['app.ts'], thing(2), false)).log).toMatch(/changed thing List/);
    expect((await save([], undefined, false)).events).toEqual([]);
  });

  it('of functions and the app is reloaded at once, and synthesized then', async () => {
    const { save } = await reloadedApp();
    expect((await save(['shared.ts'])).events).toEqual(['reload shared.ts', 'synthesize']);
  });

  it('of the app changes what differs, together with the functions that may need it, and is told in one line', async () => {
    const { save } = await reloadedApp();
    const { events, log } = await save(['app.ts', 'functions/one.ts'], thing(2));
    expect(events).toEqual(['synthesize', 'create List', 'settle']);
    expect(log).toMatch(/info .*changed thing List \(size\) in \d+\.\d s \(synthesis 0\.0 s\)$/);
  });

  it('and differs in nothing does nothing', async () => {
    const { save } = await reloadedApp();
    expect(await save([])).toEqual({ events: ['reload '], log: '' });
    expect(await save(['app.ts'])).toEqual({ events: ['synthesize'], log: '' });
  });

  it('and cannot be synthesized changes nothing, until it is mended', async () => {
    const { save } = await reloadedApp();
    const broken = await save(['app.ts'], new UserError('app.ts:3: no such thing'));
    expect(broken.events).toEqual(['synthesize']);
    expect(broken.log).toMatch(/error .*nothing was changed: app\.ts:3: no such thing/);
    // Also by a file of which the app is not made: it may have been a function that could not be bundled.
    expect((await save(['functions/one.ts'], thing(2))).events).toEqual([
      'reload functions/one.ts',
      'synthesize',
      'create List',
      'settle',
    ]);
  });

  it('and cannot run here changes nothing at all', async () => {
    const { save } = await reloadedApp();
    const refused = await save(['app.ts'], { ...thing(2), Queue: { Type: 'Test::Queue' } });
    expect(refused.events).toEqual(['synthesize']);
    expect(refused.log).toMatch(/nothing was changed: .*\n.*Shop\/Queue \(Test::Queue\): its type is not supported/);
  });

  it('and fails in the middle says what was done, and a later one goes on from there', async () => {
    const { save } = await reloadedApp();
    const of = (fails: boolean) => ({
      ...thing(2),
      Broken: { Type: 'Test::Thing', Properties: { fails }, DependsOn: 'List' },
    });
    const failed = await save(['app.ts'], of(true));
    expect(failed.events).toEqual(['synthesize', 'create List']);
    expect(failed.log).toMatch(
      /Shop\/Broken \(Test::Thing\): no room\n.*Before that: changed thing List \(size\)\. The rest was not applied/,
    );
    expect((await save(['app.ts'], of(false))).events).toEqual(['synthesize', 'create Broken', 'settle']);
  });

  it('and needs a start, or a person, says what to do, once', async () => {
    const { save, reloader, events } = await reloadedApp();
    const of = (size: number) => ({
      ...thing(1),
      Broker: { Type: 'Test::Fixed', Properties: { size } },
      Migrate: { Type: 'Test::Later', Properties: { size } },
    });
    await save(['app.ts'], of(1));
    const { log } = await save(['app.ts'], of(2));
    expect(log).toMatch(/warn .*fixed Broker \(size\) cannot be changed in place: Ctrl-C, then npm start\./);
    expect(log).toMatch(/later Migrate \(size\) waits: it may be a migration, .*; press the key\./);
    expect((await save(['app.ts'], { ...of(2), ...thing(2) })).log).not.toContain('Broker');
    events.length = 0;
    await reloader.runLater();
    expect(events).toContain('create Migrate');
  });

  it('in a burst while another is taken in comes after it', async () => {
    const { save, reloader, events } = await reloadedApp();
    const first = save(['app.ts'], thing(2));
    const others = [reloader.saved([]), reloader.saved([])];
    await Promise.all([first, ...others]);
    expect(events.filter((event) => event === 'create List')).toHaveLength(1);
  });
});
