import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Measured } from './closed-loop.ts';
import type { LoadRequest } from './generator.ts';

/**
 * Lets clients of a process of their own ask the API.
 *
 * @throws the signal's reason when that is aborted
 */
export function runLoad(request: LoadRequest, signal: AbortSignal): Promise<Measured> {
  return runProgram(join(import.meta.dirname, 'generator.ts'), request, signal);
}

const WARM_UP = { warmUpSeconds: 0, seconds: 3 };
const WARM_UPS = 12;
const MAX_OUTPUT = 256 * 1024 * 1024;

/**
 * Lets clients ask until all that they need has started: ever more of them, so that not everything starts at once, and then all of them, until
 * twice in a row nothing has failed. What fails even so after that, the measurement will count.
 */
export async function warmUp(request: Omit<LoadRequest, keyof typeof WARM_UP>, signal: AbortSignal): Promise<void> {
  for (let clients = 1; clients < request.clients; clients *= 2) {
    await runLoad({ ...request, ...WARM_UP, clients, seconds: 2 }, signal);
  }
  for (let [attempt, good] = [0, 0]; attempt < WARM_UPS && good < 2; attempt += 1) {
    const { failures } = await runLoad({ ...request, ...WARM_UP }, signal);
    good = Object.keys(failures).length === 0 ? good + 1 : 0;
  }
}

/**
 * Runs a program of the bench to its end.
 *
 * @param input it gets this as JSON on its command line; the last line that it prints is JSON too
 * @returns what that line says
 * @throws Error with what it printed when it failed; the signal's reason when that is aborted
 */
export async function runProgram<T>(
  file: string,
  input: object,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const run = promisify(execFile)(process.execPath, [file, JSON.stringify(input)], {
    signal,
    env,
    maxBuffer: MAX_OUTPUT,
  });
  const { stdout } = await run.catch(async (error: Error) => {
    // Ctrl-C reaches the program too, and perhaps first.
    await delay(50);
    signal.throwIfAborted();
    throw error;
  });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T;
}
