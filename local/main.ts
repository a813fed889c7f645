import { runCommand } from '../tooling/command-line.ts';
import { useLocalServers } from '../tooling/environment.ts';
import { createLog } from '../tooling/log.ts';
import { logFileOf, shownPath } from '../tooling/paths.ts';
import { abortOnSignal, runUntilSignal } from '../tooling/signals.ts';
import { tableLines } from '../tooling/table.ts';
import { Terminal } from '../tooling/terminal.ts';
import { collectTimes } from '../tooling/timed.ts';
import type { Addresses } from './addresses.ts';
import { explain } from './assembly/explain.ts';
import { readRunKeys } from './keys.ts';
import { createServices } from './services/index.ts';
import { type OwnApp, type Settings, settingsOf, startCommand } from './settings.ts';
import { readStacks } from './source.ts';
import { start } from './start.ts';
import { timingText } from './timing-text.ts';

/** The command `npm start`. @param own the app that runs unless the command line names another one */
export async function main(own: OwnApp): Promise<void> {
  // Whatever a run writes is for its owner alone, Kafka's files included.
  process.umask(0o077);
  await runCommand(
    startCommand(own).action(async ({ explain: only }, command) => {
      useLocalServers();
      const settings = settingsOf(command, own);
      await (only ? printExplanation(settings) : runLocally(settings));
    }),
  );
  // Not by itself: with the handles of a run behind it, Node has been seen to spin for ever while it cleans up.
  process.exit();
}

async function printExplanation(settings: Settings): Promise<void> {
  const log = createLog({ source: 'run', terminal: new Terminal(process.stderr) });
  const stacks = await readStacks(settings, log, abortOnSignal());
  const { services } = createServices({ settings, stacks, log });
  process.stdout.write(explain(stacks, services));
}

async function runLocally(settings: Settings): Promise<void> {
  const begun = performance.now();
  const times = settings.timing ? collectTimes() : undefined;
  const terminal = new Terminal(process.stdout);
  await runUntilSignal(
    (signal) => start(settings, terminal, signal),
    {
      up: ({ addresses }) => {
        const text = readyText(settings, addresses, (performance.now() - begun) / 1_000);
        return times === undefined ? text : `${timingText(times(), begun)}\n${text}`;
      },
      stopped: 'Stopped; the data stays until `npm run reset`.',
    },
    (run) => {
      const keys = readRunKeys({ run, terminal, addressesText: () => addressesText(settings, run.addresses) });
      if (keys !== undefined) terminal.print('h shows what the keys do.\n');
      return keys;
    },
  );
}

function readyText(settings: Settings, addresses: Addresses, seconds: number): string {
  return [
    '',
    `${settings.name} is up after ${seconds.toFixed(1)} s:`,
    addressesText(settings, addresses),
    '',
    'Ctrl-C ends it; the data stays.',
  ].join('\n');
}

function addressesText({ dataDir }: Settings, { aws, apis, sites, clusters, databases }: Addresses): string {
  const rows = [
    ...rowsOf('REST API', apis),
    ...rowsOf('site', sites),
    ...Object.entries(databases),
    ['AWS endpoint', `${aws}  (key test, secret test)`],
    ...rowsOf('Kafka', clusters),
    ['log', shownPath(logFileOf(dataDir))],
  ];
  return tableLines(rows, '  ').join('\n');
}

/** A single part of its kind needs no name. */
function rowsOf(kind: string, addresses: Readonly<Record<string, string>>): [string, string][] {
  const entries = Object.entries(addresses);
  return entries.map(([name, address]) => [entries.length === 1 ? kind : `${kind} ${name}`, address]);
}
