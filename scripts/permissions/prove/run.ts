import { Instance } from '../../chaos/instance.ts';
import { prove } from './prove.ts';
import { proofLine, proofSummary } from './report.ts';
import type { Share } from './share.ts';
import { System } from './system.ts';

type OwnSystem = Pick<Instance, 'folder' | 'start' | 'addresses' | 'pid' | 'dispose'>;

/** What it works with, but in tests. */
const PARTS = { createInstance: (signal: AbortSignal): Promise<OwnSystem> => Instance.create(signal), prove };

/**
 * Starts a system of its own, takes each statement of the share away, and prints who noticed.
 *
 * @param signal ends it early
 * @returns whether every statement that was tried was noticed
 * @throws what the start and {@link prove} throw, with the system ended and its data removed
 */
export async function proveStatements(
  share: Share,
  signal: AbortSignal,
  { createInstance, prove } = PARTS,
): Promise<boolean> {
  const instance = await createInstance(signal);
  console.log(`data in ${instance.folder}; starting the system ...`);
  try {
    await instance.start();
    const system = new System(instance.addresses);
    const { pid: runnerPid } = instance;
    const proofs = await prove({ system, runnerPid, signal, share, report: (proof) => console.log(proofLine(proof)) });
    system.close();
    console.log(`\nShare ${share.part}/${share.of}, ${proofSummary(proofs)}`);
    return proofs.every(({ verdict }) => verdict.kind !== 'unnoticed');
  } finally {
    await instance.dispose(false);
  }
}
