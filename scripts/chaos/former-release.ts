import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { functionName } from '../../infra/names.ts';
import { synthesize } from '../../local/assembly/synthesize.ts';
import { BUNDLE_METADATA } from '../../tooling/bundle.ts';
import { UserError } from '../../tooling/errors.ts';
import { OWN_APP } from '../../tooling/own-app.ts';
import { REPOSITORY } from '../../tooling/paths.ts';

const run = promisify(execFile);
const EITHER = new URL('./either-release.mjs', import.meta.url);
const ENTRY = 'index.mjs';
/** As in {@link EITHER}. */
const PREFIX = 'FORMER_';
/** A deployment has run that of one release, once. */
const ONCE = [functionName('dev', 'migrate-shards')];

export interface HalfDeployed {
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  /** The functions that run both releases, by name. */
  readonly functions: readonly string[];
  /** Ends the deployment: from the next start on, all functions run the present release alone. */
  complete(): void;
}

/**
 * Builds the present release with an earlier one beside it: each function that both have runs either one, an event at a time,
 * with the code and the variables of that release.
 *
 * @param o.commit has the former release
 * @param o.folder an empty one, for all that is built
 * @param o.former context of the former release, beside that of the local run
 * @param o.present as `former`
 * @throws UserError when there is no such commit, or one of them cannot be built
 */
export async function buildBeside(o: {
  commit: string;
  folder: string;
  former: Readonly<Record<string, string>>;
  present: Readonly<Record<string, string>>;
  report: (text: string) => void;
  signal: AbortSignal;
}): Promise<HalfDeployed> {
  const { signal, report } = o;
  const sources = await checkOut(o.commit, join(o.folder, 'sources'), signal);
  report(`installing the packages of ${o.commit}`);
  await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: sources, signal });
  const build = (name: string, folder: string, context: Readonly<Record<string, string>>) =>
    synthesize({
      app: { folder, context: { ...OWN_APP.context, ...context } },
      dir: join(o.folder, name),
      log: { info: (text) => report(`${name} release: ${text}`) },
      signal,
    });
  const former = await build('former', sources, o.former);
  const assembly = await build('present', REPOSITORY, o.present);
  const mixed = await mix(assembly, former);
  const complete = () => {
    for (const { code } of mixed) writeFileSync(join(code, ENTRY), `export { handler } from './present/${ENTRY}';\n`);
  };
  return { assembly, functions: mixed.map(({ name }) => name), complete };
}

async function checkOut(commit: string, folder: string, signal: AbortSignal): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const archive = `${folder}.tar`;
  await run('git', ['archive', '--output', archive, commit], { cwd: REPOSITORY, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new UserError(
      `This clone has no commit ${commit}. Name one of \`git log\`, after \`git fetch --unshallow\` if the clone is shallow.`,
      { cause },
    );
  });
  await run('tar', ['-xf', archive, '-C', folder], { signal });
  return folder;
}

interface FunctionResource {
  readonly Type: string;
  readonly Properties: {
    readonly FunctionName?: string;
    readonly Code: { readonly S3Key?: string };
    Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  };
  readonly Metadata?: Record<string, unknown>;
}

/**
 * Gives each function of an assembly the code and the variables of a former one beside its own.
 *
 * @returns the functions by name, with the folders of their code
 * @throws UserError when there is none
 */
export async function mix(assembly: string, former: string): Promise<{ name: string; code: string }[]> {
  const others = new Map(templatesOf(former).flatMap(({ functions }) => functions));
  const mixed: { name: string; code: string }[] = [];
  for (const { file, template, functions } of templatesOf(assembly)) {
    for (const [name, present] of functions) {
      const other = others.get(name);
      if (other === undefined || ONCE.includes(name)) continue;
      const code = codeOf(assembly, present);
      await putBeside(code, codeOf(former, other));
      const own = variablesOf(present);
      const differing = Object.entries(variablesOf(other)).filter(
        ([variable, value]) => JSON.stringify(value) !== JSON.stringify(own[variable]),
      );
      const kept = differing.map(([variable, value]) => [PREFIX + variable, value]);
      present.Properties.Environment = { Variables: { ...own, ...Object.fromEntries(kept) } };
      // The code is no bundle that could be made again.
      delete present.Metadata?.[BUNDLE_METADATA];
      mixed.push({ name, code });
    }
    writeFileSync(file, JSON.stringify(template));
  }
  if (mixed.length === 0) throw new UserError('The two releases have no function in common.');
  return mixed;
}

function templatesOf(assembly: string) {
  const files = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  return files.map((name) => {
    const file = join(assembly, name);
    const template = JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, FunctionResource> };
    const functions = Object.values(template.Resources).flatMap((resource) => {
      const { FunctionName } = resource.Type === 'AWS::Lambda::Function' ? resource.Properties : {};
      return FunctionName === undefined ? [] : [[FunctionName, resource] as const];
    });
    return { file, template, functions };
  });
}

function variablesOf({ Properties }: FunctionResource): Readonly<Record<string, unknown>> {
  return Properties.Environment?.Variables ?? {};
}

/** The folder of a function's code, which the CDK calls by the hash that is its key. */
function codeOf(assembly: string, { Properties }: FunctionResource): string {
  const folder = join(assembly, `asset.${Properties.Code.S3Key?.replace(/\.zip$/, '')}`);
  if (existsSync(join(folder, ENTRY))) return folder;
  throw new UserError(`The code of ${Properties.FunctionName} is not one file ${ENTRY} in ${folder}.`);
}

async function putBeside(code: string, former: string): Promise<void> {
  const present = `${code}.present`;
  renameSync(code, present);
  mkdirSync(code);
  renameSync(present, join(code, 'present'));
  await cp(former, join(code, 'former'), { recursive: true });
  await cp(EITHER, join(code, ENTRY));
}
