import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REPOSITORY } from '../../local/settings.ts';
import { UserError } from '../../local/user-error.ts';
import { synthesizeForLocalStack } from '../assembly/synthesize-for-localstack.ts';
import { claimLocalStackDir, localStackDirOf } from '../data-dir.ts';
import { type Running, rememberRunning } from '../running.ts';
import { composeVariables, type LocalStackSettings } from '../settings.ts';
import { contextForContainers } from './context.ts';
import { portClaims } from './ports.ts';

/** Where docker-compose.yml mounts the assembly from. */
const MOUNTED_DATA_DIR = localStackDirOf(join(REPOSITORY, '.orderflow'));
const WITHOUT = 'or run everything without Docker: `npm run localstack -- up --no-docker`.';

/**
 * Starts the services of docker-compose.yml and waits until they are healthy. They go on until they are taken down.
 *
 * @throws UserError when Docker is missing or a service does not become healthy
 */
export async function upContainers(
  dataDir: string,
  settings: LocalStackSettings,
  say: (step: string) => void,
): Promise<Running> {
  if (dataDir !== MOUNTED_DATA_DIR) {
    throw new UserError(
      `The containers look for the app in ${MOUNTED_DATA_DIR}: --data-dir is for \`up --no-docker\`.`,
    );
  }
  const free = portClaims(settings.ports).filter(({ port }) => port === 0);
  if (free.length > 0) {
    const variables = free.map(({ variable }) => variable).join(', ');
    throw new UserError(`${variables}: Docker needs the port's number; 0 is for \`up --no-docker\`.`);
  }
  await requireDocker();
  claimLocalStackDir(dataDir);
  const context = contextForContainers(settings);
  // The bridge reads its mappings from the assembly.
  await synthesizeForLocalStack(dataDir, context, { info: say });
  const running: Running = {
    mode: 'docker',
    context,
    localStackUrl: `http://127.0.0.1:${settings.ports.aws}`,
    apiUrl: `http://localhost:${settings.ports.api}`,
    kafka: `localhost:${settings.ports.kafka}`,
    shards: settings.ports.shards.map((port) => `localhost:${port}`),
    passwords: settings.passwords,
  };
  await rememberRunning(dataDir, running);
  say('docker compose up');
  await compose(['up', '--detach', '--wait'], settings);
  return running;
}

/** Runs a command of Docker Compose on the project. @throws UserError when it fails; its own output says why */
export async function compose(args: readonly string[], settings: LocalStackSettings): Promise<void> {
  const child = spawn('docker', ['compose', ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...composeVariables(settings) },
  });
  const [status] = await once(child, 'close');
  if (status !== 0) {
    throw new UserError(
      `docker compose ${args[0]} failed (exit code ${status}); see above, and \`docker compose logs\`.`,
    );
  }
}

async function requireDocker(): Promise<void> {
  if (!(await succeeds('docker', ['compose', 'version']))) {
    throw new UserError(`Docker with Compose v2 is not installed: install it, ${WITHOUT}`);
  }
  if (!(await succeeds('docker', ['info']))) {
    throw new UserError(`Docker is installed, but its engine does not answer: start it, ${WITHOUT}`);
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore', timeout: 20_000 });
  const [status] = await once(child, 'close').catch(() => [1]);
  return status === 0;
}
