import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endOrphans } from '../local/engines/processes/orphans.ts';
import { dataDirOption, newCommand, runCommand } from '../tooling/command-line.ts';
import { isDataDir, lockDataDir, reasonToKeep } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';
import { createLog } from '../tooling/log.ts';

const command = newCommand(
  'npm run reset --',
  'Removes everything that local runs keep between starts: orders, receipts, topics, secrets. Refuses while a run is up.',
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
  const dirs = [dataDir, ...readdirSync(dataDir).map((name) => join(dataDir, name))].filter(isDataDir);
  const reason = dirs.map(reasonToKeep).find(Boolean);
  if (reason !== undefined) throw new UserError(reason);
  for (const dir of dirs) await lockDataDir(dir);
  const log = createLog({ source: 'reset', file: join(dataDir, 'run.log'), terminal: process.stdout });
  for (const dir of dirs) await endOrphans(dir, log);
  await rm(dataDir, { recursive: true });
  console.log(`Removed ${dataDir}.`);
}
