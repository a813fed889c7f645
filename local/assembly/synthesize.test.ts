import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../tooling/log-fixture.ts';
import { processIdentity } from '../../tooling/processes.ts';
import { appModules, synthesize } from './synthesize.ts';

/** A CDK app that is a shell script, in a folder of its own. */
function repositoryWith(script: string): string {
  const repository = mkdtempSync(join(tmpdir(), 'synthesize-'));
  writeFileSync(join(repository, 'app.sh'), script);
  writeFileSync(join(repository, 'cdk.json'), JSON.stringify({ app: 'sh app.sh' }));
  return repository;
}

const start = (repository: string, signal?: AbortSignal) =>
  synthesize({
    app: { folder: repository, context: {}, irrelevant: /^\./ },
    dir: join(repository, '.assemblies'),
    log: silentLog,
    ...(signal && { signal }),
  });

it('the app is synthesized without the settings of the person: variables, ~/.cdk.json and ~/.aws', async () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.cdk.json'), '{"context":{"company":"acme"}}');
  writeFileSync(join(home, '.aws/config'), '[default]\nregion = eu-west-1\n');
  const ambient = {
    HOME: home,
    AWS_PROFILE: 'none',
    CDK_NEW_BOOTSTRAP: '1',
    NODE_OPTIONS: '--bogus',
    TZ: 'Asia/Kathmandu',
  };
  for (const [name, value] of Object.entries(ambient)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const repository = repositoryWith('env > env; echo "{}" > "$CDK_OUTDIR/manifest.json"; exit 1');
  await expect(start(repository)).rejects.toThrow('The CDK app cannot be synthesized:');
  const environment = readFileSync(join(repository, 'env'), 'utf8');
  expect(environment).toContain('CDK_DEFAULT_REGION=us-east-1');
  expect(environment).not.toMatch(/acme|eu-west-1|none|CDK_NEW_BOOTSTRAP|bogus|Kathmandu/);
});

it('a synthesis that is given up ends with all that the app has started, and leaves nothing', async () => {
  const repository = repositoryWith('sleep 60 & echo $! > pid; wait');
  const ending = new AbortController();
  const synthesis = start(repository, ending.signal);
  const file = join(repository, 'pid');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toMatch(/^\d+\n$/);
  const pid = Number(readFileSync(file, 'utf8'));
  expect(processIdentity(pid)).toBeDefined();
  ending.abort('Ctrl-C');
  await expect(synthesis).rejects.toBe('Ctrl-C');
  await expect.poll(() => processIdentity(pid)).toBeUndefined();
  expect(readdirSync(join(repository, '.assemblies'))).toEqual([]);
});

it('the sources of an app whose folder was moved since are not known, rather than none', () => {
  const assembly = mkdtempSync(join(tmpdir(), 'assembly-'));
  writeFileSync(join(assembly, 'modules.json'), JSON.stringify(['/old/app.ts', '/old/node_modules/cdk/index.js']));
  expect(appModules(assembly, '/old')).toEqual(new Set(['app.ts']));
  expect(appModules(assembly, '/new')).toBeUndefined();
});
