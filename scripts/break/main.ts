import { setTimeout } from 'node:timers/promises';
import { runCommand } from '../../tooling/command-line.ts';
import { UserError } from '../../tooling/errors.ts';
import { abortOnSignal } from '../../tooling/signals.ts';
import { findEngines } from '../chaos/processes.ts';
import { localAddresses } from '../target.ts';
import { type BreakCommand, breakCommand } from './command.ts';
import { holdDuring } from './hold.ts';

const S3 = 's3';

await runCommand(breakCommand(breakParts));

async function breakParts({ dataDir, parts, forMs }: BreakCommand): Promise<void> {
  localAddresses(dataDir);
  const names = parts.map((part) => engineOf(part, [...findEngines(dataDir).keys(), S3]));
  const signal = abortOnSignal();
  const what = parts.join(', ');
  await holdDuring(dataDir, names, async (lost) => {
    console.log(`Held: ${what}${forMs === undefined ? '. Ctrl-C releases' : `, for ${forMs / 1_000} s`}.`);
    await setTimeout(forMs ?? 2 ** 31 - 1, undefined, { signal: AbortSignal.any([signal, lost]) }).catch(() => {});
  });
  console.log(`Released: ${what}.`);
}

/** @throws UserError for what the run does not have */
function engineOf(part: string, engines: readonly string[]): string {
  const name = engines.find((engine) => engine === part || engine.endsWith(`_${part}`));
  if (name !== undefined) return name;
  const known = engines.map((engine) => engine.slice(engine.indexOf('_') + 1));
  throw new UserError(`The local run has no part ${part}. It has: ${known.join(', ')}.`);
}
