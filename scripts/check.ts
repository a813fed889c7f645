import { spawnSync } from 'node:child_process';
import { parseFlags, runCommand } from '../tooling/command-line.ts';

const HELP = `Usage: npm run check [-- --fix]

Checks format, lint (Biome) and types (tsc) of the whole tree; stops at the first that fails.

  --fix        lets Biome mend what it can before the types are checked
  -h, --help   shows this text
`;

await runCommand({
  helpCommand: 'npm run check -- --help',
  help: HELP,
  parse: (args) => {
    const { values } = parseFlags({
      args: [...args],
      options: { fix: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    return values.help ? undefined : { fix: values.fix ?? false };
  },
  run: check,
});

async function check({ fix }: { fix: boolean }): Promise<boolean> {
  const steps = [
    ['biome', ...(fix ? ['check', '--write'] : ['ci']), '--error-on-warnings', '.'],
    ['tsc', '--noEmit'],
    ['tsc', '--noEmit', '--project', 'frontend'],
  ] as const;
  return steps.every(([command, ...args]) => {
    console.log(`> ${command} ${args.join(' ')}`);
    const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
    if (error) throw error;
    return status === 0;
  });
}
