import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand as Invoke, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { operatorConfig } from '../../local/aws-identity.ts';
import { chosenFunction } from '../../local/services/lambda/function-name.ts';
import { runCommand } from '../../tooling/command-line.ts';
import { entryText } from '../../tooling/entry-text.ts';
import { useLocalServers } from '../../tooling/environment.ts';
import { UserError } from '../../tooling/errors.ts';
import { assembliesOf } from '../../tooling/paths.ts';
import { printableText } from '../../tooling/printable.ts';
import { tableLines } from '../../tooling/table.ts';
import { localAddresses } from '../target.ts';
import { resourcesOf } from '../templates/resources.ts';
import { type InvokeCommand, invokeCommand } from './command.ts';
import { exampleOf } from './examples.ts';
import { type ReadyEvent, readyEvents } from './ready-events.ts';

// Longer than Lambda's own limit, which is 15 minutes.
const TIMEOUT_MS = 16 * 60_000;

await runCommand(invokeCommand(perform));

async function perform(asked: InvokeCommand): Promise<void> {
  useLocalServers();
  const client = new LambdaClient({ ...operatorConfig(localAddresses(asked.dataDir).aws), maxAttempts: 1 });
  const name = await functionNamed(client, asked.function);
  const ready = readyEvents(resourcesOf(loadAssembly(assemblyOf(asked.dataDir))), name);
  if (asked.events) console.log(listText(ready));
  else await invoke(client, name, eventOf(asked, ready));
}

async function invoke(client: LambdaClient, name: string, event: string): Promise<void> {
  const invocation = new Invoke({ FunctionName: name, Payload: event, LogType: 'Tail' });
  const result = await client.send(invocation, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const lines = Buffer.from(result.LogResult ?? '', 'base64')
    .toString('utf8')
    .trimEnd()
    .split('\n');
  for (const text of lines) console.log(entryText({ level: 'info', source: 'log', text }));
  const payload = result.Payload?.transformToString() ?? 'null';
  console.log(printableText(JSON.stringify(JSON.parse(payload), undefined, 2)));
  if (result.FunctionError === undefined) return;
  console.error(`${name} failed.`);
  process.exitCode = 1;
}

/** @throws UserError when there is no such function, or several */
async function functionNamed(client: LambdaClient, given: string): Promise<string> {
  const names: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    names.push(...Functions.map(({ FunctionName = '' }) => FunctionName));
  }
  return chosenFunction(names, given);
}

/** The run keeps one assembly. */
function assemblyOf(dataDir: string): string {
  const folder = assembliesOf(dataDir);
  const [assembly] = readdirSync(folder);
  if (assembly === undefined) throw new UserError(`The local run in ${dataDir} has no templates. Start it again.`);
  return join(folder, assembly);
}

/** @throws UserError when the event is neither ready nor a readable file */
function eventOf({ event, content, path }: InvokeCommand, ready: readonly ReadyEvent[]): string {
  const found = chosen(ready, event, path);
  if (found !== undefined) return found.make(content ?? exampleOf(found.name), path);
  if (event === undefined && ready.length > 1) {
    throw new UserError(`There are several ready events. Choose one with --event:\n${listText(ready)}`);
  }
  if (content !== undefined) throw new UserError('--content is for a ready event. See --events.');
  if (event === undefined) return '{}';
  try {
    return JSON.stringify(JSON.parse(readFileSync(event, 'utf8')));
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new UserError(`${event} is neither a ready event (see --events) nor a file of JSON: ${reason}.`, { cause });
  }
}

/** @throws UserError when there is a path that no ready event has */
function chosen(
  ready: readonly ReadyEvent[],
  event: string | undefined,
  path: string | undefined,
): ReadyEvent | undefined {
  const named = ready.filter(({ name }) => event === undefined || name === event);
  const fitting = path === undefined ? named : named.filter(({ fits }) => fits?.(path));
  if (path !== undefined && fitting.length === 0) {
    throw new UserError(`No ready event has the path ${path}:\n${listText(ready)}`);
  }
  return event === undefined && fitting.length > 1 ? undefined : fitting[0];
}

function listText(ready: readonly ReadyEvent[]): string {
  if (ready.length === 0) return 'No trigger of the templates sends it events: without --event it gets {}.';
  const rows = ready.map(({ name, from, content }) => [
    name,
    from,
    content === undefined ? '' : `--content: ${content}`,
  ]);
  return tableLines(rows, '  ').join('\n');
}
