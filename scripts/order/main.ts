import { runCommand } from '../../tooling/command-line.ts';
import { useLocalServers } from '../../tooling/environment.ts';
import type { LogEntry } from '../../tooling/log-entry.ts';
import { printableText } from '../../tooling/printable.ts';
import { cloudEntries } from '../logs/cloud-log.ts';
import { personText } from '../logs/entry-text.ts';
import { FORMER_RUN, localEntries } from '../logs/local-log.ts';
import { entrySelector } from '../logs/select-entries.ts';
import { localAddresses } from '../target.ts';
import { orderFromApi } from './api-order.ts';
import { type OrderCommand, orderCommand } from './command.ts';
import { orderInLocalRun } from './local-order.ts';
import { orderText } from './report.ts';

/** Log groups are searched this far back. */
const CLOUD_LOG_MS = 24 * 3_600_000;

await runCommand(orderCommand(show));

async function show({ id, target, url, token }: OrderCommand): Promise<void> {
  if (url === undefined && 'dataDir' in target) {
    useLocalServers();
    const { facts, silent } = await orderInLocalRun(localAddresses(target.dataDir), target.dataDir, id);
    console.log(printableText([orderText(facts), ...silent].join('\n')));
  } else if (url !== undefined) {
    console.log(printableText(orderText(await orderFromApi(url, id, token))));
  }
  if ('stage' in target) {
    await printLog(
      id,
      cloudEntries({ ...target, sources: [], sinceMs: CLOUD_LOG_MS }, undefined),
      'Nothing about this order in the last 24 hours.',
    );
  } else if (url === undefined) {
    await printLog(id, localEntries(target.dataDir, undefined), `Nothing about this order. ${FORMER_RUN}`);
  }
}

async function printLog(order: string, entries: AsyncIterable<LogEntry>, nothing: string): Promise<void> {
  const isWanted = entrySelector({ sources: [], sinceMs: undefined, order, errors: false });
  console.log('\nlog');
  let shown = 0;
  for await (const entry of entries) {
    if (!isWanted(entry)) continue;
    shown += 1;
    process.stdout.write(personText(entry));
  }
  if (shown === 0) console.log(nothing);
}
