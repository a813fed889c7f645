import { execFileSync } from 'node:child_process';
import { vi } from 'vitest';

/**
 * The variables of an execution environment, as its process has them. Some event must have made one before.
 *
 * @param name the function's own, such as `orderflow-dev-create-order`
 */
export function environmentOf(runnerPid: number, name: string): Promise<NodeJS.ProcessEnv> {
  return vi.waitFor(
    () => {
      const options = { encoding: 'utf8', maxBuffer: 100 * 1024 * 1024 } as const;
      const children = execFileSync('ps', ['ewwx', '-o', 'ppid=', '-o', 'command='], options)
        .split('\n')
        .filter((line) => line.trimStart().startsWith(`${runnerPid} `));
      const found = children.find((line) => line.includes(` AWS_LAMBDA_FUNCTION_NAME=${name} `));
      if (found === undefined) throw new Error(`${name} has no execution environment`);
      return Object.fromEntries(found.split(/ (?=\w+=)/).map((variable) => variable.split(/=(.*)/s).slice(0, 2)));
    },
    { timeout: 30_000, interval: 200 },
  );
}
