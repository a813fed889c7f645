import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const HELP = `Usage: npm run check [-- --fix]

Checks format, lint (Biome) and types (tsc) of the whole tree; stops at the first that fails.

  --fix    lets Biome mend what it can before the types are checked
  --help   shows this text
`;

const { values } = parseArgs({ options: { fix: { type: 'boolean' }, help: { type: 'boolean' } } });
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const steps = [
  values.fix ? ['biome', 'check', '--write', '--error-on-warnings', '.'] : ['biome', 'ci', '--error-on-warnings', '.'],
  ['tsc', '--noEmit'],
  ['tsc', '--noEmit', '--project', 'frontend'],
] as const;

for (const [command, ...args] of steps) {
  console.log(`> ${command} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
