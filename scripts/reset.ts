import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endOrphans } from '../local/engines/processes/orphans.ts';
import { findRunning } from '../localstack/running.ts';
import { parseFlags, runCommand } from '../tooling/command-line.ts';
import { isDataDir, lockDataDir } from '../tooling/data-dir-lock.ts';
import { UserError } from '../tooling/errors.ts';
import { createLog } from '../tooling/log.ts';
import { dataDirOf, localStackDirOf } from '../tooling/paths.ts';

const HELP = `Usage: npm run reset [-- --data-dir <folder>]

Removes everything that local runs keep between starts: orders, receipts, topics, secrets. Refuses while one is up.

  --data-dir <folder>   or ORDERFLOW_DATA_DIR: the data folder of the run (.orderflow)
  -h, --help            shows this text
`;

await runCommand({
  helpCommand: 'npm run reset -- --help',
  help: HELP,
  parse: (args, env) => {
    const { values } = parseFlags({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    return values.help ? undefined : dataDirOf(values['data-dir'], env);
  },
  run: reset,
});

async function reset(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) {
    console.log(`There is nothing to remove: ${dataDir} does not exist.`);
    return;
  }
  if (!isDataDir(dataDir)) throw new UserError(`${dataDir} is no data folder of a run; nothing was removed.`);
  const localStackDir = localStackDirOf(dataDir);
  if ((await findRunning(localStackDir))?.mode === 'docker') {
    throw new UserError('The containers of LocalStack are up. End them first: `npm run localstack -- destroy`.');
  }
  const dirs = [dataDir, localStackDir].filter(isDataDir);
  for (const dir of dirs) await lockDataDir(dir);
  const log = createLog({ source: 'reset', file: join(dataDir, 'run.log'), terminal: process.stdout });
  for (const dir of dirs) await endOrphans(dir, log);
  await rm(dataDir, { recursive: true });
  console.log(`Removed ${dataDir}.`);
}
