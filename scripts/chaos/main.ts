import { runCommand } from '../../tooling/command-line.ts';
import { useLocalServers } from '../../tooling/environment.ts';
import { abortOnSignal } from '../../tooling/signals.ts';
import { chaosCommand, type Settings } from './command.ts';
import { Instance } from './instance.ts';
import { runKills } from './kills.ts';
import { NEXT_SHARDS, runMoving } from './moving.ts';
import { runOutage } from './outage.ts';

useLocalServers();
const signal = abortOnSignal();

await runCommand(
  chaosCommand(async (settings) => {
    process.exitCode = (await run(settings).catch(reportAbort)) ? 0 : 1;
  }),
);

async function run(settings: Settings): Promise<boolean> {
  const flags = settings.move ? ['-c', `nextShards=${JSON.stringify(NEXT_SHARDS)}`] : [];
  const instance = await Instance.create(signal, { flags });
  console.log(`seed ${settings.seed}, data in ${instance.folder}; starting the system ...`);
  try {
    await instance.start();
    const sound = await perform(settings, instance);
    console.log(sound ? '\nEvery order took effect exactly once.' : '\nNOT every order took effect exactly once.');
    return sound;
  } finally {
    await instance.dispose(settings.keep);
    if (settings.keep) console.log(`The data is kept in ${instance.folder}.`);
  }
}

function perform(settings: Settings, instance: Instance): Promise<boolean> {
  if (settings.move) return runMoving(settings, instance, signal);
  if (settings.outage) return runOutage(settings.outage, settings, instance, signal);
  return runKills(settings, instance, signal);
}

function reportAbort(error: unknown): false {
  if (!signal.aborted) throw error;
  console.log('Interrupted before the check. This run proves nothing either way.');
  return false;
}
