import { spawnSync } from 'node:child_process';
import { newCommand, runCommand } from '../tooling/command-line.ts';

const command = newCommand(
  'npm run check --',
  'Checks format and lint (Biome) and types (tsc) of the whole tree. All of them run, even when one fails.',
)
  .option('--fix', 'let Biome fix what it can first')
  .action(({ fix }) => {
    process.exitCode = check(fix === true) ? 0 : 1;
  });

await runCommand(command);

function check(fix: boolean): boolean {
  const steps = [
    ['biome', ...(fix ? ['check', '--write'] : ['ci']), '--error-on-warnings', '.'],
    ['tsc', '--noEmit'],
    ['tsc', '--noEmit', '--project', 'frontend'],
  ] as const;
  const statuses = steps.map(([command, ...args]) => {
    console.log(`> ${command} ${args.join(' ')}`);
    const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
    if (error) throw error;
    return status;
  });
  return statuses.every((status) => status === 0);
}
