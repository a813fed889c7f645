import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives this process and its children a temp folder of their own, so that whatever a test leaves there goes with the run. */
export function useTemporaryFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'orderflow-tests-'));
  // Postgres runs as another user when the tests run as root, and must get through.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
}
