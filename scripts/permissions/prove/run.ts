import { abortOnSignal } from '../../../tooling/signals.ts';
import { Instance } from '../../chaos/instance.ts';
import { prove } from './prove.ts';
import { proofLine, proofSummary } from './report.ts';
import { System } from './system.ts';

/**
 * Starts a system of its own, takes each statement away, and prints who noticed.
 *
 * @returns whether every statement that was tried was noticed
 */
export async function proveStatements(every: number): Promise<boolean> {
  const signal = abortOnSignal();
  const instance = await Instance.create(signal);
  console.log(`data in ${instance.folder}; starting the system ...`);
  try {
    await instance.start();
    const system = new System(instance.addresses);
    const { pid: runnerPid } = instance;
    const report = (proof: Parameters<typeof proofLine>[0]) => console.log(proofLine(proof));
    const proofs = await prove({ system, runnerPid, signal, every, report });
    system.close();
    console.log(`\n${proofSummary(proofs)}`);
    return proofs.every(({ verdict }) => verdict.kind !== 'unnoticed');
  } finally {
    await instance.dispose(false);
  }
}
