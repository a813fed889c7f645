import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../services/services-fixture.ts';
import { assetFiles, assetFolder } from './asset-files.ts';

function zipArchive(entries: Record<string, string>): string {
  const path = join(temporaryFolder(), 'asset.zip');
  const content = Object.entries(entries).map(([name, text]) => [name, strToU8(text)] as const);
  writeFileSync(path, zipSync(Object.fromEntries(content)));
  return path;
}

describe('an asset', () => {
  it('gives the files of a folder by their paths', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'css'));
    writeFileSync(join(folder, 'css', 'site.css'), 'a');
    expect([...(await assetFiles(folder)).keys()]).toEqual(['css/site.css']);
    expect(await assetFolder(folder, 'unused')).toBe(folder);
  });

  it('gives the files of a zip archive', async () => {
    const files = await assetFiles(zipArchive({ 'css/': '', 'css/site.css': 'a' }));
    expect([...files.keys()]).toEqual(['css/site.css']);
  });

  it('is unpacked once, also when several ask for it at the same time', async () => {
    const archive = zipArchive({ 'lib/index.js': 'x' });
    const extractDir = temporaryFolder();
    const [first, second] = await Promise.all([assetFolder(archive, extractDir), assetFolder(archive, extractDir)]);
    expect(first).toBe(second);
    expect(readFileSync(join(first ?? '', 'lib/index.js'), 'utf8')).toBe('x');
  });

  it('is refused when the archive has a path outside itself', async () => {
    await expect(assetFolder(zipArchive({ '../../evil.js': 'x' }), temporaryFolder())).rejects.toThrow(
      'outside itself',
    );
  });
});
