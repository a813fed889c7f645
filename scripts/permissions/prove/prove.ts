import { endEnvironments, withMappingOff } from './fresh.ts';
import { listedReason } from './listed.ts';
import { type RoleStatement, roleStatements, withhold } from './role-statements.ts';
import { hasStatement, type Share } from './share.ts';
import { deploymentStep, STEPS, type Step } from './steps.ts';
import type { System } from './system.ts';

/** What became of a statement: noticed by a step, on the list with its reason, or missed by nobody. */
export type Verdict =
  | { readonly kind: 'noticed'; readonly step: string; readonly how: string }
  | { readonly kind: 'listed'; readonly reason: string }
  | { readonly kind: 'unnoticed'; readonly tried: readonly string[] };

export interface Proof {
  readonly statement: RoleStatement;
  readonly verdict: Verdict;
}

export interface ProofOptions {
  readonly system: System;
  readonly runnerPid: number;
  readonly signal: AbortSignal;
  /** Which of the statements that are not listed it takes. */
  readonly share: Share;
  /** Called with each result as it comes. */
  readonly report: (proof: Proof) => void;
}

/**
 * Takes every single statement of every role away in a running system, and looks for a step that notices.
 *
 * @throws Error when a step fails although nothing is taken away, or what was is given back
 */
export async function prove({ system, runnerPid, signal, share, report }: ProofOptions): Promise<Proof[]> {
  const all = await roleStatements(system.iam, system.lambda);
  for (const step of STEPS) {
    signal.throwIfAborted();
    const failure = await failureOf(step, system);
    if (failure !== undefined) throw new Error(`"${step.name}" fails with all permissions: ${failure}`);
  }
  const proofs: Proof[] = [];
  let index = 0;
  for (const statement of all) {
    signal.throwIfAborted();
    const reason = listedReason(statement);
    if (reason === undefined && !hasStatement(share, index++)) continue;
    const verdict: Verdict =
      reason === undefined ? await tryWithout(statement, system, runnerPid) : { kind: 'listed', reason };
    const proof = { statement, verdict };
    proofs.push(proof);
    report(proof);
  }
  return proofs;
}

async function tryWithout(taken: RoleStatement, system: System, runnerPid: number): Promise<Verdict> {
  const steps = stepsOf(taken);
  const { functionName = '' } = taken;
  let giveBack = async () => {};
  let noticed: { step: Step; how: string } | undefined;
  try {
    await withMappingOff(system, functionName, async () => {
      giveBack = await withhold(system.iam, taken);
      await endEnvironments(runnerPid);
    });
    for (const step of steps) {
      const how = await failureOf(step, system);
      if (how === undefined) continue;
      noticed = { step, how };
      break;
    }
  } finally {
    await withMappingOff(system, functionName, giveBack);
    await endEnvironments(runnerPid);
  }
  if (!noticed) return { kind: 'unnoticed', tried: steps.map(({ name }) => name) };
  // It was the statement, and not chance.
  const { step, how } = noticed;
  const still = await failureOf(step, system);
  if (still !== undefined) throw new Error(`"${step.name}" fails although the statement is back: ${still}`);
  return { kind: 'noticed', step: step.name, how };
}

/** Why a step fails, twice: a request that meets an environment which is just ending fails once, whatever is granted. */
async function failureOf(step: Step, system: System): Promise<string | undefined> {
  const failure = () =>
    step.run(system).then(
      () => undefined,
      (error: Error) => error.message,
    );
  return (await failure()) === undefined ? undefined : failure();
}

/** The steps that need the work of the function whose statement it is. */
function stepsOf({ functionName = '', statement }: RoleStatement): readonly Step[] {
  const own = STEPS.filter(({ functions }) => functions.some((folder) => functionName.endsWith(`-${folder}`)));
  const deployment = deploymentStep(functionName, statement);
  return deployment ? [...own, deployment] : own;
}
