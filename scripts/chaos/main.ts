import { UserError } from '../../local/user-error.ts';
import { HELP, parseCommand, type Settings } from './command.ts';
import { Instance } from './instance.ts';
import { runKills } from './run-kills.ts';
import { runOutage } from './run-outage.ts';

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());

try {
  const settings = parseCommand(process.argv.slice(2));
  if (settings === undefined) console.log(HELP);
  else process.exitCode = (await run(settings, ending.signal)) ? 0 : 1;
} catch (error) {
  if (ending.signal.aborted) console.log('Stopped before the end; this shows nothing.');
  else console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}

async function run(settings: Settings, signal: AbortSignal): Promise<boolean> {
  const instance = await Instance.create(signal);
  console.log(`seed ${settings.seed}, data in ${instance.folder}; starting the system ...`);
  try {
    await instance.start();
    const sound = settings.outage
      ? await runOutage(settings.outage, settings, instance, signal)
      : await runKills(settings, instance, signal);
    console.log(sound ? '\nEvery order took effect exactly once.' : '\nNOT every order took effect exactly once.');
    return sound;
  } finally {
    await instance.dispose(settings.keep);
    if (settings.keep) console.log(`The data is kept in ${instance.folder}.`);
  }
}
