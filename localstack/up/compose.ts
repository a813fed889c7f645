import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../../tooling/errors.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { composeVariables, type LocalStackSettings } from '../settings.ts';

const WITHOUT = 'or run everything without Docker: `npm run localstack -- up --no-docker`.';

/** Runs a command of Docker Compose on the project. @throws UserError when it fails; its own output says why */
export async function compose(args: readonly string[], settings: LocalStackSettings): Promise<void> {
  const child = spawn('docker', ['compose', ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...composeVariables(settings) },
  });
  const [status] = await once(child, 'close').catch((error: Error) => {
    throw new UserError(`docker compose cannot be run: ${error.message}. Make sure that Docker is on the PATH.`);
  });
  if (status !== 0) {
    throw new UserError(
      `docker compose ${args[0]} failed (exit code ${status}). See above, and \`docker compose logs\`.`,
    );
  }
}

/** @throws UserError when Docker, its Compose or its engine is missing */
export async function requireDocker(): Promise<void> {
  if (!(await succeeds('docker', ['compose', 'version']))) {
    throw new UserError(`Docker with Compose v2 is not installed: install it, ${WITHOUT}`);
  }
  if (!(await succeeds('docker', ['info']))) {
    throw new UserError(`Docker is installed, but its engine does not respond: start it, ${WITHOUT}`);
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore', timeout: 20_000 });
  const [status] = await once(child, 'close').catch(() => [1]);
  return status === 0;
}
