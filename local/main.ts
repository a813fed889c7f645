import { runCommand } from '../tooling/command-line.ts';
import { claimDataDir } from '../tooling/data-dir.ts';
import { useLocalServers } from '../tooling/environment.ts';
import { createLog } from '../tooling/log.ts';
import { assembliesOf, REPOSITORY } from '../tooling/paths.ts';
import { abortOnSignal, runUntilSignal } from '../tooling/signals.ts';
import { tableLines } from '../tooling/table.ts';
import type { Addresses } from './addresses.ts';
import { explain } from './assembly/explain.ts';
import { loadAssembly } from './assembly/load-assembly.ts';
import { synthesize } from './assembly/synthesize.ts';
import { createServices } from './services/index.ts';
import { type Settings, settingsOf, startCommand } from './settings.ts';
import { start } from './start.ts';

// Whatever a run writes is for its owner alone, Kafka's files included.
process.umask(0o077);

await runCommand(
  startCommand().action(async (options) => {
    useLocalServers();
    const settings = settingsOf(options);
    await (options.explain ? printExplanation(settings) : runLocally(settings));
  }),
);

async function printExplanation(settings: Settings): Promise<void> {
  const { dataDir, context } = settings;
  claimDataDir(dataDir);
  const log = createLog({ source: 'orderflow', terminal: process.stderr });
  const assembly = await synthesize({
    repository: REPOSITORY,
    dir: assembliesOf(dataDir),
    context,
    log,
    signal: abortOnSignal(),
  });
  const stacks = loadAssembly(assembly);
  const { services } = createServices({ settings, stacks, log });
  process.stdout.write(explain(stacks, services));
}

async function runLocally(settings: Settings): Promise<void> {
  const begun = performance.now();
  await runUntilSignal((signal) => start(settings, process.stdout, signal), {
    up: ({ addresses }) => readyText(addresses, (performance.now() - begun) / 1_000),
    stopped: 'Stopped; the data stays until `npm run reset`.',
  });
}

function readyText({ api, site, aws, kafka, databases }: Addresses, seconds: number): string {
  const rows = [
    ['API', api],
    ['dashboard', site],
    ...Object.entries(databases),
    ['AWS endpoint', `${aws}  (key test, secret test)`],
    ['Kafka', kafka],
  ];
  return [
    '',
    `OrderFlow is up after ${seconds.toFixed(1)} s:`,
    ...tableLines(rows, '  '),
    '',
    'Ctrl-C ends it; the data stays.',
  ].join('\n');
}
