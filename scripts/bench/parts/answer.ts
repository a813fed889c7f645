import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Instance } from '../../chaos/instance.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import { type Figure, medianOf } from '../figures.ts';
import { runLoad } from '../load/run-load.ts';
import { watchProcessorTime } from '../process-groups.ts';

const BARE_SERVER = join(import.meta.dirname, '../bare-server.ts');
/** A function responds that asks nobody. */
const PATH = '/api/openapi.json';

/** A response that needs no backend: what REST API and Lambda cost by themselves. */
export const answer: Part = {
  measures: 'a response that needs no backend, beside a bare HTTP server that sends the same bytes',
  run: (context) => withSystem(context, (instance) => measureAnswers(context, instance)),
};

async function measureAnswers({ sizes, seed, signal, say }: BenchContext, instance: Instance): Promise<Figure[]> {
  const { pid, dataDir, addresses } = instance;
  const text = await (await fetch(`${addresses.api}${PATH}`)).text();
  await using bare = await startBareServer(text);
  say(`answer: 1 client, ${sizes.rounds} rounds of ${sizes.seconds} s each`);
  const load = (api: string) =>
    runLoad({ api, seed, paths: [PATH], clients: 1, warmUpSeconds: 1, seconds: sizes.seconds }, signal);
  const rounds: { here: number; bare: number; cpu: number; failed: number }[] = [];
  for (let round = 0; round < sizes.rounds; round += 1) {
    const spent = watchProcessorTime(pid, dataDir);
    const here = await load(addresses.api);
    const cpu = [...spent().values()].reduce((sum, ms) => sum + ms, 0) / here.all;
    const failed = Object.values(here.failures).reduce((sum, count) => sum + count, 0);
    rounds.push({ here: here.p50, cpu, failed, bare: (await load(bare.url)).p50 });
  }
  const median = (value: (round: (typeof rounds)[number]) => number) => medianOf(rounds.map(value));
  const of = '1 client';
  return [
    { what: 'p50 more than the bare server, ms', of, ...median((one) => one.here - one.bare), wanted: { atMost: 1 } },
    { what: 'p50, ms', of, ...median(({ here }) => here) },
    { what: 'p50 of the bare server, ms', of, ...median((one) => one.bare) },
    { what: 'CPU per response, ms', of, ...median(({ cpu }) => cpu) },
    { what: 'errors', of, ...median(({ failed }) => failed), wanted: { atMost: 0 } },
  ];
}

/** Starts the bare server. @param text what it is to respond */
async function startBareServer(text: string): Promise<AsyncDisposable & { readonly url: string }> {
  const child = spawn(process.execPath, [BARE_SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(text);
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      if (child.kill()) await ended;
    },
  };
}
