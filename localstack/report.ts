import { tableLines } from '../tooling/table.ts';
import type { Running } from './running.ts';

/** What `up` prints at its end. */
export function upText(running: Running, seconds: number): string {
  return [
    '',
    `LocalStack, Postgres and Kafka are up after ${seconds.toFixed(1)} s:`,
    ...tableLines(addressesOf(running), '  '),
    '',
    running.mode === 'docker'
      ? 'Next: `npm run localstack -- deploy`. Everything stays up until `npm run localstack -- destroy`.'
      : 'Next, in another terminal: `npm run localstack -- deploy`. Ctrl-C stops this run.',
  ].join('\n');
}

/** What `deploy` prints at its end. */
export function deployedText(running: Running, outputs: Readonly<Record<string, string>>, seconds: number): string {
  const ofSite = outputs.SiteUrl === undefined ? [] : [['dashboard', outputs.SiteUrl] as const];
  return [
    '',
    `OrderFlow is deployed to LocalStack after ${seconds.toFixed(1)} s:`,
    ...tableLines([['API', running.apiUrl], ...ofSite, ...addressesOf(running)], '  '),
  ].join('\n');
}

function addressesOf({ localStackUrl, kafka, shards }: Running): [string, string][] {
  return [
    ['LocalStack', `${localStackUrl}  (key test, secret test)`],
    ['Kafka', kafka],
    ...shards.map((address, index): [string, string] => [`shard${index + 1}`, address]),
  ];
}
