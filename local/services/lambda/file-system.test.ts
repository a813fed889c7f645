import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { ownFileSystemIsPossible } from './file-system.ts';
import { startFunction } from './lambda-fixture.ts';

const HANDLER = `
  import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
  const attempt = (write) => { try { write(); return 'done'; } catch (error) { return error.code; } };
  export const handler = async ({ store, mb, waitMs = 0 }) => {
    const before = readdirSync('/tmp').filter((name) => name.startsWith('mine-'));
    const stored = store && attempt(() => writeFileSync('/tmp/mine-' + store, Buffer.alloc(mb * 1024 * 1024, 1)));
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return {
      before, stored, size: statSync('/tmp').isDirectory(), pid: process.pid,
      beside: [process.cwd(), process.env.LAMBDA_RUNTIME_DIR, '/usr'].map((dir) => attempt(() => mkdirSync(dir + '/' + process.pid))),
    };
  };`;
const possible = await ownFileSystemIsPossible('/usr', silentLog);

describe.runIf(possible)('the file system of a function', () => {
  it('is read-only but for /tmp, which only its own environment sees', async () => {
    const { invoke } = await startFunction(HANDLER);
    const [first, second] = (
      await Promise.all([invoke({ store: 'a', mb: 1, waitMs: 1_000 }), invoke({ store: 'b', mb: 1, waitMs: 1_000 })])
    ).map(({ value }) => value);
    for (const { before, stored, beside } of [first, second]) {
      expect({ before, stored, beside }).toEqual({ before: [], stored: 'done', beside: ['EROFS', 'EROFS', 'EROFS'] });
    }
    expect(first.pid).not.toBe(second.pid);
    // It stays for the next event.
    const { before, pid } = (await invoke({})).value;
    expect(before).toEqual([pid === first.pid ? 'mine-a' : 'mine-b']);
  });

  it('keeps nothing in /tmp after a crash, since each process has its own, and is writable where another is mounted', async () => {
    const code = `
      import { existsSync, rmSync, writeFileSync } from 'node:fs';
      export const handler = async (ends) => {
        const kept = existsSync('/tmp/kept');
        writeFileSync('/tmp/kept', '');
        if (ends) process.exit(1);
        const mounted = '/dev/shm/' + process.pid;
        writeFileSync(mounted, '');
        rmSync(mounted);
        return kept;
      };`;
    const { invoke } = await startFunction(code);
    expect((await invoke(false)).value).toBe(false);
    expect((await invoke(true)).functionError).toBe('Unhandled');
    expect((await invoke(false)).value).toBe(false);
    expect((await invoke(false)).value).toBe(true);
  });

  it.each(['/tmp', '/var/tmp'])(
    'has its code where it is, below %s, whatever the name of the folder',
    async (parent) => {
      const folder = mkdtempSync(join(parent, `it's "odd" $(HOME) -- `));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => process.cwd();');
      const { service, invoke } = await startFunction(HANDLER);
      await service.replaceCode('orders', folder);
      expect((await invoke()).value).toBe(folder);
    },
  );

  it('has as much room in /tmp as the function asks for', async () => {
    const { invoke } = await startFunction(HANDLER, { temporaryMb: 8, memoryMb: 512 });
    expect((await invoke({ store: 'small', mb: 4 })).value.stored).toBe('done');
    expect((await invoke({ store: 'large', mb: 8 })).value.stored).toBe('ENOSPC');
  });
});

describe('where the system allows no namespaces', () => {
  it('functions share /tmp and may write where you may', async () => {
    // Without the program that makes them, as on macOS.
    vi.stubEnv('PATH', '/nowhere');
    onTestFinished(() => void vi.unstubAllEnvs());
    const code = `
      import { writeFileSync } from 'node:fs';
      export const handler = async (file) => writeFileSync(file, String(process.pid));`;
    const { invoke, codeDir } = await startFunction(code);
    // Below /tmp, where the test's folder is, and beside the function's code.
    const file = join(codeDir, 'written');
    expect((await invoke(file)).functionError).toBeUndefined();
    expect(Number(readFileSync(file, 'utf8'))).toBeGreaterThan(1);
  });
});
