import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../tooling/command-line.ts';
import { useLocalServers } from '../../tooling/environment.ts';
import { abortOnSignal } from '../../tooling/signals.ts';
import { chaosCommand, type Settings } from './command.ts';
import { buildBeside, type HalfDeployed } from './former-release.ts';
import { Instance } from './instance.ts';
import { runKills } from './kills.ts';
import { runMoving } from './moving/run-moving.ts';
import { NEXT_SHARDS } from './next-map.ts';
import { runOutage } from './outage.ts';

const NEXT_MAP = { nextShards: JSON.stringify(NEXT_SHARDS) };
/** A confirmation that the former release has passed over comes again this much later. */
const SOON = { republishAfterMinutes: '1' };

useLocalServers();
const signal = abortOnSignal();

await runCommand(
  chaosCommand(async (settings) => {
    process.exitCode = (await run(settings).catch(reportAbort)) ? 0 : 1;
  }),
);

async function run(settings: Settings): Promise<boolean> {
  if (settings.beside === undefined) {
    return runOn(settings, settings.move ? ['-c', `nextShards=${NEXT_MAP.nextShards}`] : []);
  }
  const folder = await mkdtemp(join(tmpdir(), 'orderflow-beside-'));
  try {
    const contexts = { former: SOON, present: { ...SOON, ...NEXT_MAP } };
    const deployed = await buildBeside({ commit: settings.beside, folder, ...contexts, report: console.log, signal });
    console.log(
      `${deployed.functions.length} functions run ${settings.beside} as well: ${deployed.functions.join(', ')}`,
    );
    return await runOn(settings, ['--assembly', deployed.assembly], deployed);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param flags of `npm start` */
async function runOn(settings: Settings, flags: readonly string[], deployed?: HalfDeployed): Promise<boolean> {
  const instance = await Instance.create(signal, { flags });
  console.log(`seed ${settings.seed}, data in ${instance.folder}; starting the system ...`);
  try {
    await instance.start();
    const sound = await perform(settings, instance, deployed);
    console.log(sound ? '\nEvery order took effect exactly once.' : '\nNOT every order took effect exactly once.');
    return sound;
  } finally {
    await instance.dispose(settings.keep);
    if (settings.keep) console.log(`The data is kept in ${instance.folder}.`);
  }
}

function perform(settings: Settings, instance: Instance, deployed: HalfDeployed | undefined): Promise<boolean> {
  if (settings.move) return runMoving(settings, instance, signal, deployed);
  if (settings.outage) return runOutage(settings.outage, settings, instance, signal);
  return runKills(settings, instance, signal);
}

function reportAbort(error: unknown): false {
  if (!signal.aborted) throw error;
  console.log('Interrupted before the check. This run proves nothing either way.');
  return false;
}
