import { whenAborted } from '../tooling/abort.ts';
import { ignoreBrokenPipe } from '../tooling/broken-pipe.ts';
import { claimDataDir } from '../tooling/data-dir-lock.ts';
import { UserError } from '../tooling/errors.ts';
import { assembliesOf, REPOSITORY } from '../tooling/paths.ts';
import { explain } from './assembly/explain.ts';
import { loadAssembly } from './assembly/load-assembly.ts';
import { synthesize } from './assembly/synthesize.ts';
import { registry } from './services/index.ts';
import { helpText, parseCommand, type Settings } from './settings.ts';
import { type Addresses, start } from './start.ts';

ignoreBrokenPipe();

try {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (command.verb === 'help') console.log(helpText());
  else if (command.verb === 'explain') await printExplanation(command.settings);
  else await runUntilSignal(command.settings);
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}

async function printExplanation({ dataDir, context }: Settings): Promise<void> {
  claimDataDir(dataDir);
  const log = { info: (message: string) => console.error(message) };
  const assembly = await synthesize({ repository: REPOSITORY, dir: assembliesOf(dataDir), context, log });
  process.stdout.write(explain(loadAssembly(assembly), registry));
}

async function runUntilSignal(settings: Settings): Promise<void> {
  const ending = new AbortController();
  // A terminal's Ctrl-C comes twice, from the terminal and from npm; stopping is bounded, so the second is not needed.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());
  const begun = performance.now();
  try {
    const run = await start(settings, process.stdout, ending.signal);
    console.log(readyText(run.addresses, (performance.now() - begun) / 1000));
    await whenAborted(ending.signal);
    console.log('\nStopping ...');
    await run.stop();
    console.log('Stopped; the data stays until `npm run reset`.');
  } catch (error) {
    if (!ending.signal.aborted || error !== ending.signal.reason) throw error;
    console.log('Stopped before it was up.');
  }
}

function readyText({ api, site, aws, kafka, databases }: Addresses, seconds: number): string {
  const lines = [
    ['API', api],
    ['dashboard', site],
    ...Object.entries(databases),
    ['S3', `${aws}  (key test, secret test)`],
    ['Kafka', kafka],
  ];
  const width = Math.max(...lines.map(([part = '']) => part.length));
  return [
    '',
    `OrderFlow is up after ${seconds.toFixed(1)} s:`,
    ...lines.map(([part = '', address]) => `  ${part.padEnd(width)}  ${address}`),
    '',
    'Ctrl-C ends it; the data stays.',
  ].join('\n');
}
