import { styleText } from 'node:util';
import { failureText } from '../tooling/command-line.ts';
import { UserError } from '../tooling/errors.ts';
import { readKeys } from '../tooling/keyboard.ts';
import { openInBrowser } from '../tooling/open-browser.ts';
import { tableLines } from '../tooling/table.ts';
import type { Terminal } from '../tooling/terminal.ts';
import type { LocalRun } from './start.ts';

/** What the keys work on. */
export interface KeyTargets {
  readonly run: Pick<LocalRun, 'addresses' | 'reload' | 'runLater' | 'isFunction'>;
  readonly terminal: Pick<Terminal, 'print' | 'clear' | 'isHidden'>;
  /** The run's addresses as they are, for the help. */
  readonly addressesText: () => string;
  readonly open?: (url: string) => Promise<void>;
}

interface Key {
  /** For the help. */
  readonly does: string;
  readonly press: () => Promise<void> | void;
}

/**
 * What each key does while a run is up.
 *
 * @returns by key; `press` throws a UserError when it cannot be done here
 */
export function keyTable({ run, terminal, addressesText, open = openInBrowser }: KeyTargets): ReadonlyMap<string, Key> {
  const table: ReadonlyMap<string, Key> = new Map<string, Key>([
    ['h', { does: 'shows the keys and the addresses', press: () => terminal.print(helpText(table, addressesText())) }],
    ['o', { does: 'opens the site in a browser', press: () => open(siteOf(run)) }],
    ['l', { does: 'leaves out what functions log, or shows it again', press: () => toggleFunctions(run, terminal) }],
    ['r', { does: 'reloads what differs from its sources', press: () => reload(run, terminal) }],
    [
      'm',
      { does: 'runs what is not run when a file is saved, such as migrations', press: () => runLater(run, terminal) },
    ],
    ['c', { does: 'clears the screen', press: () => terminal.clear() }],
    [
      'q',
      { does: 'ends the run, as Ctrl-C does; the data stays', press: () => void process.kill(process.pid, 'SIGINT') },
    ],
    ['\r', { does: '', press: () => terminal.print('') }],
  ]);
  return table;
}

/** Reads the keys of a run until it is disposed; undefined where nobody can press them. */
export function readRunKeys(targets: KeyTargets): Disposable | undefined {
  const table = keyTable(targets);
  return readKeys((key) => {
    void press(table.get(key), targets.terminal);
  });
}

/** Does what a key does, and prints why it could not. */
export async function press(key: Key | undefined, terminal: KeyTargets['terminal']): Promise<void> {
  try {
    await key?.press();
  } catch (error) {
    terminal.print(styleText('red', failureText(error)));
  }
}

function helpText(table: ReadonlyMap<string, Key>, addressesText: string): string {
  const keys = [...table].flatMap(([key, { does }]) => (does === '' ? [] : [[key, does] as const]));
  return ['', ...tableLines(keys, '  '), '', addressesText, ''].join('\n');
}

function siteOf({ addresses }: KeyTargets['run']): string {
  const [site] = Object.values(addresses.sites);
  if (site === undefined) throw new UserError('This app has no site to open.');
  return site;
}

function toggleFunctions(run: KeyTargets['run'], terminal: KeyTargets['terminal']): void {
  const areHidden = terminal.isHidden === run.isFunction;
  terminal.isHidden = areHidden ? () => false : run.isFunction;
  terminal.print(
    areHidden ? 'What functions log is shown again.' : 'What functions log is left out; l shows it again.',
  );
}

async function reload(run: KeyTargets['run'], terminal: KeyTargets['terminal']): Promise<void> {
  const begun = performance.now();
  terminal.print('Reloading ...');
  await run.reload();
  terminal.print(`Everything was compared with its sources in ${((performance.now() - begun) / 1_000).toFixed(1)} s.`);
}

async function runLater(run: KeyTargets['run'], terminal: KeyTargets['terminal']): Promise<void> {
  terminal.print('Running what waits ...');
  await run.runLater();
}
