import { keepDataDir } from '../../tooling/data-dir.ts';
import { UserError } from '../../tooling/errors.ts';
import { DEFAULT_DATA_DIR, localStackDirOf } from '../../tooling/paths.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize.ts';
import { withCommandLock } from '../command-lock.ts';
import { assertNoConflictingRun, claimLocalStackDir, findRunning, type Running, rememberRunning } from '../running.ts';
import { type LocalStackSettings, portClaims } from '../settings.ts';
import { addressesOf, contextForContainers } from './addresses.ts';
import { compose, requireDocker } from './compose.ts';

/** Where docker-compose.yml mounts the assembly from. */
const MOUNTED_DATA_DIR = localStackDirOf(DEFAULT_DATA_DIR);

/** Starts the services of docker-compose.yml. @throws UserError when Docker is missing or a service does not become healthy */
export async function upContainers(
  dataDir: string,
  settings: LocalStackSettings,
  say: (step: string) => void,
): Promise<Running> {
  if (dataDir !== MOUNTED_DATA_DIR) {
    throw new UserError(
      `The containers expect the app in ${MOUNTED_DATA_DIR}. --data-dir is for \`up --no-docker\` only.`,
    );
  }
  const free = portClaims(settings.ports).filter(({ port }) => port === 0);
  if (free.length > 0) {
    const variables = [...new Set(free.map(({ variable }) => variable))].join(', ');
    throw new UserError(`${variables}: Docker needs a port number. 0 is for \`up --no-docker\` only.`);
  }
  await requireDocker();
  claimLocalStackDir(dataDir);
  return withCommandLock(dataDir, () => upAlone(dataDir, settings, say));
}

async function upAlone(dataDir: string, settings: LocalStackSettings, say: (step: string) => void): Promise<Running> {
  const context = contextForContainers(settings);
  const running: Running = { mode: 'docker', context, ...addressesOf(settings, 'localhost') };
  assertNoConflictingRun(await findRunning(dataDir), running);
  // The bridge reads its mappings from the assembly.
  await synthesizeForLocalStack(dataDir, context, { info: say });
  await rememberRunning(dataDir, running);
  // Only `destroy` can remove them, with what is kept here.
  keepDataDir(dataDir, 'The containers of LocalStack are up. End them first: `npm run localstack -- destroy`.');
  say('docker compose up');
  await compose(['up', '--detach', '--wait'], settings);
  return running;
}
