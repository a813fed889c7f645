import { sourceHashes } from './fingerprint.ts';

/**
 * Tells which sources of an app are other ones than when it was asked before: not what was only touched, and nothing that an editor makes and removes.
 *
 * @param app as the fingerprint takes it
 */
export async function sourceChanges(app: Parameters<typeof sourceHashes>[0]): Promise<() => Promise<string[]>> {
  let former = await sourceHashes(app);
  return async () => {
    const next = await sourceHashes(app);
    const changed = [...new Set([...former.keys(), ...next.keys()])].filter(
      (file) => former.get(file) !== next.get(file),
    );
    former = next;
    return changed;
  };
}
