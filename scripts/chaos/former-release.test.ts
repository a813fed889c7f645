import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { buildBeside, mix } from './former-release.ts';

const CODE = (release: string) => `
  const map = process.env.SHARD_MAP;
  export const handler = async (event) => ({ headers: { 'x-request': event }, body: '${release} knows ' + map });`;

/** @param functions their variables, by name */
function assembly(release: string, functions: Readonly<Record<string, object>>): string {
  const folder = mkdtempSync(join(tmpdir(), `${release}-`));
  const resources = Object.entries(functions).map(([name, Variables]) => {
    const key = `${release}-${name}`;
    mkdirSync(join(folder, `asset.${key}`), { recursive: true });
    writeFileSync(join(folder, `asset.${key}`, 'index.mjs'), CODE(release));
    const Properties = { FunctionName: name, Code: { S3Key: `${key}.zip` }, Environment: { Variables } };
    return [name, { Type: 'AWS::Lambda::Function', Properties }];
  });
  writeFileSync(join(folder, 'Orders.template.json'), JSON.stringify({ Resources: Object.fromEntries(resources) }));
  return folder;
}

it('a function of both releases runs either one for an event, with the variables of that release', async () => {
  const same = { STAGE: 'dev' };
  const migrate = { 'orderflow-dev-migrate-shards': same };
  const former = assembly('former', { create: { ...same, SHARD_MAP: 'two shards' }, gone: same, ...migrate });
  const present = assembly('present', { create: { ...same, SHARD_MAP: 'three shards' }, added: same, ...migrate });
  const [mixed, ...others] = await mix(present, former);
  expect([mixed?.name, others]).toEqual(['create', []]);

  const { Resources } = JSON.parse(readFileSync(join(present, 'Orders.template.json'), 'utf8'));
  const { Variables } = Resources.create.Properties.Environment;
  expect(Variables).toEqual({ STAGE: 'dev', SHARD_MAP: 'three shards', FORMER_SHARD_MAP: 'two shards' });
  expect(Resources.added.Properties.Environment.Variables).toEqual(same);

  for (const [name, value] of Object.entries<string>(Variables)) vi.stubEnv(name, value);
  const { handler } = await import(pathToFileURL(join(mixed?.code ?? '', 'index.mjs')).href);
  const responses = await Promise.all(Array.from({ length: 100 }, () => handler('7')));
  vi.unstubAllEnvs();
  const bodies = new Map(responses.map(({ headers, body }) => [headers['x-release'], body]));
  expect([...bodies].sort()).toEqual([
    ['former', 'former knows two shards'],
    ['present', 'present knows three shards'],
  ]);
  expect(responses[0].headers).toMatchObject({ 'x-request': '7' });
});

it('a commit that the clone does not have is refused with what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'beside-'));
  const built = buildBeside({
    commit: 'no-such-commit',
    folder,
    former: {},
    present: {},
    report: () => {},
    signal: new AbortController().signal,
  });
  await expect(built).rejects.toThrow('This clone has no commit no-such-commit. Name one of `git log`');
});
