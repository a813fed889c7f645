import { runCommand } from '../../tooling/command-line.ts';
import { abortOnSignal } from '../../tooling/signals.ts';
import { cloudEntries } from './cloud-log.ts';
import { type LogsCommand, logsCommand } from './command.ts';
import { jsonText, personText } from './entry-text.ts';
import { FORMER_RUN, localEntries } from './local-log.ts';
import { entrySelector } from './select-entries.ts';

await runCommand(logsCommand(show));

async function show(asked: LogsCommand): Promise<void> {
  const { target, json } = asked;
  const follow = asked.follow ? abortOnSignal() : undefined;
  const entries =
    'stage' in target ? cloudEntries({ ...asked, ...target }, follow) : localEntries(target.dataDir, follow);
  const isWanted = entrySelector(asked);
  const sources = new Set<string>();
  let shown = 0;
  for await (const entry of entries) {
    sources.add(entry.source);
    if (!isWanted(entry)) continue;
    shown += 1;
    process.stdout.write(json ? jsonText(entry) : personText(entry));
  }
  if (shown === 0 && !asked.follow) console.error(nothingText(asked, sources));
}

function nothingText({ sources, target }: LogsCommand, known: ReadonlySet<string>): string {
  const unknown = sources.filter((source) => !known.has(source));
  if (unknown.length === 0) return `Nothing was logged that fits.${'stage' in target ? '' : ` ${FORMER_RUN}`}`;
  return `Nothing was logged by ${unknown.join(' and ')}. There are lines of ${[...known].sort().join(', ')}.`;
}
