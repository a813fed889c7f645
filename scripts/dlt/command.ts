import type { Stage } from '../../infra/config/stage.ts';
import { parseFlags } from '../../tooling/command-line.ts';
import { UsageError } from '../../tooling/errors.ts';
import { dataDirOf } from '../../tooling/paths.ts';

export const HELP = `Usage: npm run dlt -- <command> [options]

Looks after the records of the topic orders that could not be processed and were given up to orders-dlt.

  list                  shows those that are not handled yet, oldest first
  replay <id>           gives a record back to its topic and marks it as handled
  drop <id>             only marks a record as handled

  --value <file>        replay: publishes the content of the file instead, for example a repaired record
  --json                list: prints JSON, with the first 2 KB of each value
  --stage <dev|prod>    works on the deployed stage, with your AWS credentials; without it, on the local run
  --data-dir <folder>   or ORDERFLOW_DATA_DIR: the data folder of the local run (.orderflow)
  -h, --help            shows this text

The exit code is 0 when it worked, 1 when it did not, and 2 when the command is not understood.
`;

const STAGES: readonly Stage['name'][] = ['dev', 'prod'];

/** Where the records are: in a deployed stage, or in the local run that keeps its data in a folder. */
export type Target = { readonly stage: Stage['name'] } | { readonly dataDir: string };

/** What the command line asks for. */
export type DltCommand =
  | { readonly verb: 'list'; readonly target: Target; readonly json: boolean }
  | { readonly verb: 'replay'; readonly target: Target; readonly id: string; readonly valueFile: string | undefined }
  | { readonly verb: 'drop'; readonly target: Target; readonly id: string };

/**
 * Reads the command line and the environment.
 *
 * @param args the arguments after the script's name
 * @returns undefined when only the help is asked for
 * @throws UserError
 */
export function parseDltCommand(args: readonly string[], env: NodeJS.ProcessEnv): DltCommand | undefined {
  const { values: flags, positionals } = parseFlags({
    args: [...args],
    allowPositionals: true,
    options: {
      value: { type: 'string' },
      json: { type: 'boolean' },
      stage: { type: 'string' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (flags.help) return undefined;
  const [verb, ...rest] = positionals;
  if (verb !== 'list' && verb !== 'replay' && verb !== 'drop') {
    throw new UsageError(verb === undefined ? 'Say what to do: list, replay or drop.' : `There is no command ${verb}.`);
  }
  if (flags.value !== undefined && verb !== 'replay') throw new UsageError('--value goes with replay.');
  if (flags.json && verb !== 'list') throw new UsageError('--json goes with list.');
  const target = targetOf(flags, env);
  const [id, ...more] = rest;
  if (verb === 'list') {
    if (id !== undefined) throw new UsageError('list takes no id.');
    return { verb, target, json: flags.json ?? false };
  }
  if (id === undefined || more.length > 0) throw new UsageError(`${verb} takes one id, such as orders-3-42.`);
  return verb === 'drop' ? { verb, target, id } : { verb, target, id, valueFile: flags.value };
}

function targetOf(flags: { stage?: string; 'data-dir'?: string }, env: NodeJS.ProcessEnv): Target {
  const { stage: name, 'data-dir': dataDir } = flags;
  if (name === undefined) return { dataDir: dataDirOf(dataDir, env) };
  if (dataDir !== undefined) throw new UsageError('--data-dir is about the local run, --stage about AWS.');
  const stage = STAGES.find((known) => known === name);
  if (stage === undefined) throw new UsageError(`--stage must be ${STAGES.join(' or ')}; got "${name}".`);
  return { stage };
}
