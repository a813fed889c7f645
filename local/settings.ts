import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import {
  cacheDirOption,
  contextOption,
  dataDirOption,
  newCommand,
  nonEmpty,
  port,
  setting,
  wholeNumber,
} from '../tooling/command-line.ts';
import { DEFAULT_DATA_DIR, variableOf } from '../tooling/paths.ts';
import type { PortClaim } from '../tooling/ports.ts';
import { DEFAULT_CONCURRENCY } from './services/lambda/machine-limit.ts';

/** https://nodejs.org/api/cli.html#--inspecthostport */
const NODE_INSPECTOR_PORT = 9229;

/**
 * Where each part of the local run listens, on loopback. Of several parts of a kind, the first has this port and the others the
 * next ones. 0 means any free port for each.
 */
export interface Ports {
  readonly api: number;
  readonly site: number;
  readonly postgres: number;
  /** The AWS endpoint, for the operator and the functions. */
  readonly aws: number;
  /** In plaintext, for the operator. */
  readonly kafka: number;
}

/** Everything a person can set about the local run. */
export interface Settings {
  readonly ports: Ports;
  /** Absolute path of the folder that keeps the run's data between starts. */
  readonly dataDir: string;
  /** Absolute path of the folder, outside the tree, that keeps downloads such as Kafka's jars. */
  readonly cacheDir: string;
  /** The published password of the databases' application users; undefined leaves each secret its own. */
  readonly databasePassword: string | undefined;
  /** How many events all functions together handle at once. */
  readonly functionConcurrency: number;
  /** Whether functions' processes are frozen between events, have no more than their memory, and write to `/tmp` alone. Off for measurements only. */
  readonly processLimits: boolean;
  /** The functions that are debugged: the end of each one's name, and the port of its inspector, 0 for any free one. */
  readonly inspect: ReadonlyMap<string, number>;
  /** Whether what is saved is taken in while it runs. */
  readonly watch: boolean;
  /** Whether to tell what the start has spent its time on. */
  readonly timing: boolean;
  /** What runs, as its people call it. */
  readonly name: string;
  readonly source: Source;
}

/** Where the templates come from: a cloud assembly, or a CDK app whose folder and context are known. */
export type Source =
  | { readonly kind: 'assembly'; readonly dir: string }
  | { readonly kind: 'command'; readonly command: string; readonly folder: string; readonly context: Context }
  | { readonly kind: 'own'; readonly folder: string; readonly context: Context; readonly irrelevant: RegExp };

type Context = Readonly<Record<string, string>>;

/** The app that runs unless the command line names another one. */
export interface OwnApp {
  readonly name: string;
  /** Has its `cdk.json`. */
  readonly folder: string;
  /** The files, by their paths below the folder, that cannot change a template or an asset. */
  readonly irrelevant: RegExp;
  /** CDK context of the local run, besides what `cdk.json` holds. */
  readonly context: Context;
  readonly databasePassword: string;
}

/** The command line of `npm start`, which {@link settingsOf} reads. */
export function startCommand(own: OwnApp) {
  const context = Object.entries(own.context).map(([key, value]) => `${key}=${value}`);
  return (
    newCommand(
      'npm start --',
      `Runs the synthesized templates of ${own.name}, or of any other CDK app, on this machine until Ctrl-C: Postgres, Apache Kafka, S3, the ` +
        'functions, REST APIs and sites. The data stays until `npm run reset`. Port 0 means any free port.',
    )
      .addOption(
        new Option('--assembly <folder>', 'runs a cloud assembly, such as the cdk.out of another CDK app')
          .argParser(callersPath)
          .conflicts(['app', 'context']),
      )
      .addOption(
        new Option(
          '--app <command>',
          'runs another CDK app: what its cdk.json has as "app", called in this folder',
        ).argParser(nonEmpty),
      )
      .addOption(setting('--api-port <port>', 'the first REST API').argParser(port).default(8080))
      .addOption(setting('--site-port <port>', 'the first site').argParser(port).default(3000))
      .addOption(setting('--postgres-port <port>', 'the first database').argParser(port).default(5432))
      .addOption(setting('--aws-port <port>', 'the AWS endpoint').argParser(port).default(4566))
      .addOption(
        setting('--kafka-port <port>', 'the first Kafka cluster, in plaintext for you').argParser(port).default(9092),
      )
      .addOption(dataDirOption())
      .addOption(cacheDirOption())
      .addOption(
        setting(
          '--database-password <text>',
          `the password of the databases' application users (${own.name}: ${own.databasePassword}; another app: what its secrets say)`,
        ).argParser(nonEmpty),
      )
      .addOption(
        setting(
          '--function-concurrency <events>',
          'how many events all functions together handle at once, in a process each; further ones wait',
        )
          .argParser(wholeNumber(1))
          .default(DEFAULT_CONCURRENCY),
      )
      .addOption(
        new Option(
          '--inspect <function[=port]>',
          'lets a debugger into a function, named as in `npm run invoke`, on 127.0.0.1: 9229, or the next ones; may be repeated',
        )
          .argParser(inspected)
          .default<ReadonlyMap<string, number>>(new Map(), 'none'),
      )
      .option('--no-watch', 'do not take in what is saved while it runs')
      // For measurements only: local/README.md.
      .addOption(new Option('--no-process-limits').hideHelp())
      .addOption(contextOption(`${own.name}: ${context.join(' ')}`))
      .option('--timing', 'print what the start has spent its time on')
      .option('--explain', 'print what the local run does with the resources in the templates, by type, then exit')
      .addHelpText(
        'after',
        '\nOf several REST APIs, sites, databases or clusters, the others get the ports after the first.',
      )
  );
}

/** The settings that the options of `npm start` stand for. */
export function settingsOf(
  command: Pick<ReturnType<typeof startCommand>, 'opts' | 'getOptionValueSource'>,
  own: OwnApp,
): Settings {
  const options = command.opts();
  const { apiPort: api, sitePort: site, postgresPort: postgres, awsPort: aws, kafkaPort: kafka, cacheDir } = options;
  const { name, source } = chosenApp(options, own);
  const isOwn = source.kind === 'own';
  const isDefault = command.getOptionValueSource('dataDir') === 'default';
  return {
    ports: { api, site, postgres, aws, kafka },
    dataDir: isDefault && !isOwn ? dataDirOf(name, source) : options.dataDir,
    cacheDir,
    databasePassword: options.databasePassword ?? (isOwn ? own.databasePassword : undefined),
    functionConcurrency: options.functionConcurrency,
    processLimits: options.processLimits,
    inspect: options.inspect,
    watch: options.watch,
    timing: options.timing ?? false,
    name,
    source,
  };
}

/** Adds a function that is debugged, with the port that is given, or the first one that is left from Node's own on. */
function inspected(text: string, previous: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const [, name = '', given] = /^([^=]+)(?:=(.*))?$/.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It must be a function, or function=port.');
  const taken = [...previous.values()];
  let free = NODE_INSPECTOR_PORT;
  while (taken.includes(free)) free += 1;
  return new Map([...previous, [name, given === undefined ? free : port(given)]]);
}

/** The settings for given arguments and the environment. @throws CommanderError when one is wrong */
export function readSettings(args: readonly string[], own: OwnApp): Settings {
  return settingsOf(startCommand(own).parse(args, { from: 'user' }), own);
}

/** What listens on each port, as the person knows it. */
const PARTS: Readonly<Record<keyof Ports, string>> = {
  api: 'the REST API',
  site: 'the site',
  postgres: 'the database',
  aws: 'the AWS endpoint',
  kafka: 'Kafka',
};

/** The ports that can be claimed before the templates are known; those of further parts of a kind come on top. */
export function portClaims(ports: Ports): PortClaim[] {
  return (Object.keys(PARTS) as (keyof Ports)[]).map((setting) => portClaim(setting, ports[setting]));
}

/** A claim of the port that a setting chooses. @param part see PARTS */
export function portClaim(setting: keyof Ports, port: number, part: string = PARTS[setting]): PortClaim {
  const flag = `${setting}-port`;
  return { port, part, flag: `--${flag}`, variable: variableOf(flag) };
}

function chosenApp(
  options: { assembly?: string; app?: string; context: Context },
  own: OwnApp,
): Pick<Settings, 'name' | 'source'> {
  const { assembly: dir, app: command, context } = options;
  if (dir !== undefined) {
    // The CDK's own name for the folder says nothing.
    return { name: basename(basename(dir) === 'cdk.out' ? dirname(dir) : dir), source: { kind: 'assembly', dir } };
  }
  if (command !== undefined) {
    const folder = callersPath('.');
    return { name: basename(folder), source: { kind: 'command', command, folder, context } };
  }
  const { name, folder, irrelevant } = own;
  return { name, source: { kind: 'own', folder, irrelevant, context: { ...own.context, ...context } } };
}

/** Another app's data has a folder of its own, where `npm run reset` finds it. */
function dataDirOf(name: string, source: Source): string {
  const { dir, folder, command } = { dir: '', folder: '', command: '', ...source };
  const id = createHash('sha256').update([dir, folder, command].join('\n')).digest('hex').slice(0, 8);
  return join(DEFAULT_DATA_DIR, `app-${name}-${id}`);
}

/** An absolute path; a relative one starts where the person is, which npm leaves for the project's folder. */
function callersPath(text: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), nonEmpty(text));
}
