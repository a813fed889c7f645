import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dataDirOption, newCommand, runCommand } from '../tooling/command-line.ts';
import { isDataDir, reasonToKeep, removeDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';
import { createLog } from '../tooling/log.ts';
import { assembliesOf } from '../tooling/paths.ts';
import { Terminal } from '../tooling/terminal.ts';

const command = newCommand(
  'npm run reset --',
  'Removes what local runs keep between starts: orders, receipts, topics, secrets, logs. The synthesized templates stay, so that the next start is quick. Refuses while a run is up.',
)
  .addOption(dataDirOption())
  .action(({ dataDir }) => reset(dataDir));

await runCommand(command);

async function reset(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) {
    console.log(`There is nothing to remove: ${dataDir} does not exist.`);
    return;
  }
  if (!isDataDir(dataDir)) throw new UserError(`${dataDir} is not the data folder of a run. Nothing was removed.`);
  // What runs beside the local run has a folder of its own in it.
  const inner = readdirSync(dataDir)
    .map((name) => join(dataDir, name))
    .filter(isDataDir);
  const reason = [dataDir, ...inner].map(reasonToKeep).find(Boolean);
  if (reason !== undefined) throw new UserError(reason);
  const log = createLog({ source: 'reset', terminal: new Terminal(process.stdout) });
  const removed = await removeDataDir(dataDir, inner, log, basename(assembliesOf(dataDir)));
  console.log(`Removed ${removed}.`);
}
