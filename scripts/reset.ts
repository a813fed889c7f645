import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDataDir, lockDataDir } from '../local/engines/processes/data-dir-lock.ts';
import { recoverLeftovers } from '../local/engines/processes/leftovers.ts';
import { createLog } from '../local/log.ts';
import { parseCommand } from '../local/settings.ts';
import { UserError } from '../local/user-error.ts';

const HELP = `Usage: npm run reset [-- --data-dir <folder>]

Removes everything that the local run keeps between starts: orders, receipts, topics, secrets. Refuses while a run is up.

  --data-dir <folder>   or ORDERFLOW_DATA_DIR: the data folder of the run (.orderflow)
  --help                shows this text
`;

try {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (command.verb === 'help') console.log(HELP);
  else await reset(command.settings.dataDir);
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}

async function reset(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) {
    console.log(`There is nothing to remove: ${dataDir} does not exist.`);
    return;
  }
  if (!isDataDir(dataDir)) throw new UserError(`${dataDir} is no data folder of a run; nothing was removed.`);
  await lockDataDir(dataDir);
  await recoverLeftovers(
    dataDir,
    createLog({ source: 'reset', file: join(dataDir, 'run.log'), terminal: process.stdout }),
  );
  await rm(dataDir, { recursive: true });
  console.log(`Removed ${dataDir}.`);
}
