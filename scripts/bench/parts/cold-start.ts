import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { loadAssembly } from '../../../local/assembly/load-assembly.ts';
import { operatorConfig } from '../../../local/aws-identity.ts';
import { assembliesOf } from '../../../tooling/paths.ts';
import type { Instance } from '../../chaos/instance.ts';
import { exampleOf } from '../../invoke/examples.ts';
import { readyEvents } from '../../invoke/ready-events.ts';
import { resourcesOf } from '../../templates/resources.ts';
import { type BenchContext, type Part, withSystem } from '../context.ts';
import { type Figure, medianOf, type Wanted } from '../figures.ts';
import { type PlatformReport, platformReports } from '../platform-reports.ts';
import { PREFIX } from '../process-groups.ts';
import { costOfBundle } from './bundles.ts';

/** Invocations of each function after its first one. */
const WARM_INVOCATIONS = 10;
const EVERY_LIBRARY = 'every library, whole';
/** In kilobytes. */
const WANTED_SIZES: Readonly<Record<string, Wanted>> = {
  'create-order': { atMost: 450 },
  'consume-orders': { atMost: 250 },
  'confirm-orders': { atMost: 250 },
};

/** What each function needs to start, and then to respond. */
export const coldStart: Part = {
  measures: 'of each function: its bundle, importing it, its init phase, a warm invocation, memory',
  run: (context) => withSystem(context, (instance) => measureFunctions(context, instance)),
};

async function measureFunctions(context: BenchContext, instance: Instance): Promise<Figure[]> {
  const { sizes, say } = context;
  const functions = await ownFunctions(instance);
  const reports: PlatformReport[] = [];
  for (let round = 0; round < sizes.rounds; round += 1) {
    say(`cold-start: every function, round ${round + 1} of ${sizes.rounds}`);
    if (round > 0) {
      await instance.stop();
      await instance.start();
    }
    for (const { name } of functions) await invokeRepeatedly(instance, name);
    reports.push(...platformReports(instance.dataDir));
  }
  say('cold-start: bundles');
  const whole = await costOfBundle(context, 'every-library', 'scripts/bench/every-library.ts');
  const figures: Figure[] = [
    { what: EVERY_LIBRARY, of: 'bundle, kB', value: whole.kilobytes },
    { what: EVERY_LIBRARY, of: 'modules', value: whole.modules },
    { what: EVERY_LIBRARY, of: 'import, CPU ms', ...whole.importMs },
  ];
  for (const { name, variables } of functions) {
    const what = name.replace(PREFIX, '');
    const own = reports.filter(({ source }) => source === what);
    const known = (value: (report: PlatformReport) => number | undefined) => own.flatMap((one) => value(one) ?? []);
    const { kilobytes, modules, importMs } = await costOfBundle(
      context,
      what,
      `functions/${what}/handler.ts`,
      variables,
    );
    const wanted = WANTED_SIZES[what];
    figures.push(
      { what, of: 'bundle, kB', value: kilobytes, ...(wanted && { wanted }) },
      { what, of: 'modules', value: modules },
      { what, of: 'import, CPU ms', ...importMs },
      {
        what,
        of: 'import, ratio to every library',
        value: importMs.value / whole.importMs.value,
        ...(what === 'create-order' && { wanted: { atMost: 0.53 } }),
      },
      { what, of: 'init, ms', ...medianOf(known(({ initDurationMs }) => initDurationMs)) },
      {
        what,
        of: 'warm, ms',
        ...medianOf(known(({ durationMs, initDurationMs }) => (initDurationMs === undefined ? durationMs : undefined))),
      },
      { what, of: 'memory, MB', value: Math.max(...known(({ maxMemoryUsedMB }) => maxMemoryUsedMB)) },
    );
  }
  return figures;
}

/** The app's own functions that a run has, in the order of their names. */
async function ownFunctions({ addresses }: Instance) {
  const client = new LambdaClient(operatorConfig(addresses.aws));
  const found: { name: string; variables: Record<string, string> }[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName: name = '', Environment } of Functions) {
      if (isOwn(name)) found.push({ name, variables: Environment?.Variables ?? {} });
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** Others are the CDK's own. */
function isOwn(name: string): boolean {
  const folders = readdirSync(join(import.meta.dirname, '../../../functions'));
  return name.startsWith(PREFIX) && folders.includes(name.replace(PREFIX, ''));
}

/** Invokes a function with what its first trigger sends. What it responds does not matter here. */
async function invokeRepeatedly({ addresses, dataDir }: Instance, name: string): Promise<void> {
  const client = new LambdaClient(operatorConfig(addresses.aws));
  const assemblies = assembliesOf(dataDir);
  const resources = resourcesOf(loadAssembly(join(assemblies, readdirSync(assemblies)[0] ?? '')));
  const [event] = readyEvents(resources, name);
  const Payload = event === undefined ? '{}' : event.make(exampleOf(event.name));
  for (let count = 0; count <= WARM_INVOCATIONS; count += 1) {
    await client.send(new InvokeCommand({ FunctionName: name, Payload }));
  }
}
