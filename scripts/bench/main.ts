import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../tooling/command-line.ts';
import { useLocalServers } from '../../tooling/environment.ts';
import { UserError } from '../../tooling/errors.ts';
import { abortOnSignal } from '../../tooling/signals.ts';
import { type BenchSettings, benchCommand } from './command.ts';
import type { Figure } from './figures.ts';
import { thisMachine } from './machine.ts';
import { PARTS } from './parts/index.ts';
import { type BenchResult, comparisonLines, machineLine, partLines } from './report.ts';

useLocalServers();
await runCommand(benchCommand(bench));

async function bench({ only, seed, json, compare, ...sizes }: BenchSettings): Promise<void> {
  // Only Linux tells what each process computes.
  if (process.platform !== 'linux') throw new UserError('The bench reads /proc, which Linux alone has. Run it there.');
  const before = compare === undefined ? undefined : (JSON.parse(readFileSync(compare, 'utf8')) as BenchResult);
  const signal = abortOnSignal();
  const say = json ? console.error : console.log;
  const run = { machine: thisMachine(), seed, startedAt: new Date().toISOString() };
  say(machineLine(run));
  const folder = mkdtempSync(join(tmpdir(), 'orderflow-bench-'));
  const parts: Record<string, Figure[]> = {};
  try {
    for (const name of only) {
      parts[name] = await PARTS[name].run({ sizes, seed, signal, folder, say });
      say(['', ...partLines(name, parts[name]), ''].join('\n'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const result: BenchResult = { ...run, parts };
  if (before !== undefined) say(comparisonLines(before, result).join('\n'));
  if (json) console.log(JSON.stringify(result, undefined, 2));
}
