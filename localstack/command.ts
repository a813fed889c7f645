import { parseFlags } from '../tooling/command-line.ts';
import { UsageError } from '../tooling/errors.ts';
import { cacheDirOf, dataDirOf, localStackDirOf } from '../tooling/paths.ts';
import { type LocalStackSettings, readSettings } from './settings.ts';

export const HELP = `Usage: npm run localstack -- <command> [options]

The same application on LocalStack 4.14, with Postgres, Kafka and the trigger that LocalStack lacks beside it.

  up          synthesizes the app for LocalStack, starts everything and waits until it is healthy. With Docker it stays up
              until \`destroy\`; without, it runs here until Ctrl-C, and the other commands are for a second terminal
  deploy      cdklocal bootstrap and deploy, then what CloudFormation does elsewhere: passwords into the secrets, topics,
              migrations, the site's files. Again after each change of the code; prints every address
  status      what is up, and what is deployed; the exit code is 1 unless all is well
  logs        the latest log lines of every part; with --follow, those to come too
  destroy     deletes the stacks, ends what \`up\` started and removes its data

  --no-docker          up: LocalStack from PyPI (with Python 3.12 or 3.13), Postgres and Kafka as \`npm start\` runs them
  -f, --follow         logs: until Ctrl-C
  --data-dir <folder>  or ORDERFLOW_DATA_DIR: keeps the assembly, and without Docker all data (.orderflow)
  --cache-dir <folder> or ORDERFLOW_CACHE_DIR: downloads, shared by all clones (the user cache)
  -h, --help           shows this text

Ports and passwords are the variables of docker-compose.yml, from the environment or from .env; .env.example lists them.
The exit code is 0 when it worked, 1 when it did not, and 2 when the command is not understood.
`;

const VERBS = ['up', 'deploy', 'status', 'logs', 'destroy'] as const;

/** What the command line asks for. */
export interface LocalStackCommand {
  readonly verb: (typeof VERBS)[number];
  /** `up` without Docker. */
  readonly noDocker: boolean;
  /** `logs` with those to come. */
  readonly follow: boolean;
  /** Absolute path of the folder for everything about LocalStack. */
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly settings: LocalStackSettings;
}

/**
 * Reads the command line and the environment.
 *
 * @param args the arguments after the script's name
 * @returns undefined when only the help is asked for
 * @throws UserError
 */
export function parseLocalStackCommand(args: readonly string[], env: NodeJS.ProcessEnv): LocalStackCommand | undefined {
  const { values: flags, positionals } = parseFlags({
    args: [...args],
    allowPositionals: true,
    options: {
      'no-docker': { type: 'boolean' },
      follow: { type: 'boolean', short: 'f' },
      'data-dir': { type: 'string' },
      'cache-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (flags.help) return undefined;
  const [word, ...rest] = positionals;
  const verb = VERBS.find((known) => known === word);
  if (word === undefined) throw new UsageError(`Say what to do: ${VERBS.join(', ')}.`);
  if (verb === undefined) throw new UsageError(`There is no command ${word}.`);
  if (rest.length > 0) throw new UsageError(`${verb} takes nothing but options; got "${rest.join(' ')}".`);
  if (flags['no-docker'] && verb !== 'up') {
    throw new UsageError('--no-docker goes with up; the other commands find what is up by themselves.');
  }
  if (flags.follow && verb !== 'logs') throw new UsageError('--follow goes with logs.');
  return {
    verb,
    noDocker: flags['no-docker'] ?? false,
    follow: flags.follow ?? false,
    dataDir: localStackDirOf(dataDirOf(flags['data-dir'], env)),
    cacheDir: cacheDirOf(flags['cache-dir'], env),
    settings: readSettings(env),
  };
}
