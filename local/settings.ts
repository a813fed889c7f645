import { parseArgs } from 'node:util';
import { UserError } from '../tooling/errors.ts';
import { cacheDirOf, dataDirOf, settingOf, variableOf } from '../tooling/paths.ts';

/** Where each part of the local run listens, on loopback. 0 means any free port. */
export interface Ports {
  /** The REST API. */
  readonly api: number;
  /** The dashboard, with `/api/*` and `/health` behind it. */
  readonly site: number;
  /** The first shard; shard N listens on this + N - 1. */
  readonly postgres: number;
  /** The AWS endpoint: S3 and Secrets Manager for the operator and the functions. */
  readonly aws: number;
  /** Kafka in plaintext, for the operator. */
  readonly kafka: number;
}

/** Everything a person can set about the local run. */
export interface Settings {
  readonly ports: Ports;
  /** Absolute path of the folder that keeps the run's data between starts. */
  readonly dataDir: string;
  /** Absolute path of the folder, outside the tree, that keeps downloads such as Kafka's jars. */
  readonly cacheDir: string;
  /** The published password of the databases' application user. */
  readonly databasePassword: string;
  /** CDK context of the templates that run, besides what cdk.json holds. */
  readonly context: Readonly<Record<string, string>>;
}

/** What the command line asks for. */
export type Command = { readonly verb: 'run' | 'explain'; readonly settings: Settings } | { readonly verb: 'help' };

const PORT_FLAGS = {
  'api-port': { default: 8080, what: 'the REST API' },
  'site-port': { default: 3000, what: 'the dashboard' },
  'postgres-port': { default: 5432, what: 'shard1; shard N gets this + N - 1' },
  'aws-port': { default: 4566, what: 'the AWS endpoint (S3, Secrets Manager)' },
  'kafka-port': { default: 9092, what: 'Kafka, in plaintext for you' },
} as const;

const OPTIONS = {
  'api-port': { type: 'string' },
  'site-port': { type: 'string' },
  'postgres-port': { type: 'string' },
  'aws-port': { type: 'string' },
  'kafka-port': { type: 'string' },
  'data-dir': { type: 'string' },
  'cache-dir': { type: 'string' },
  'database-password': { type: 'string' },
  context: { type: 'string', short: 'c', multiple: true },
  explain: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const DEFAULT_PASSWORD = 'orderpass';
/** The local run is the stage `dev`; its bucket has the name that local clients know. */
const DEFAULT_CONTEXT = { stage: 'dev', receiptsBucket: 'order-receipts' };

/** The text of `npm start -- --help`. */
export function helpText(): string {
  const row = (flag: string, value: string, what: string) =>
    `  ${`--${flag} ${value}`.padEnd(28)} ${variableOf(flag).padEnd(28)} ${what}`;
  return [
    'Usage: npm start [-- options]',
    '',
    'Runs the synthesized CDK templates on this machine until Ctrl-C: Postgres, Apache Kafka and an S3 server,',
    'the functions in processes of their own, the API and the dashboard. Data stays until `npm run reset`.',
    '',
    `  ${'option'.padEnd(28)} ${'or environment variable'.padEnd(28)} meaning (default)`,
    ...Object.entries(PORT_FLAGS).map(([flag, port]) =>
      row(flag, '<port>', `${port.what} (${port.default}; 0 = any free)`),
    ),
    row('data-dir', '<folder>', 'what is kept between starts (.orderflow)'),
    row('cache-dir', '<folder>', 'downloads such as Kafka, shared by all clones (the user cache)'),
    row('database-password', '<text>', `password of the databases' application user (${DEFAULT_PASSWORD})`),
    `  ${'-c, --context key=value'.padEnd(57)} CDK context of the templates to run (stage=dev)`,
    `  ${'--explain'.padEnd(57)} print what becomes of every resource of the templates, and end`,
    `  ${'-h, --help'.padEnd(57)} print this text`,
    '',
  ].join('\n');
}

/**
 * Reads the command line and the environment; a flag wins over its variable.
 *
 * @param args the arguments after the script's name
 * @throws UserError naming the option that is unknown or wrong
 */
export function parseCommand(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const flags = parseFlags(args);
  if (flags.help) return { verb: 'help' };

  const port = (flag: keyof typeof PORT_FLAGS) => {
    const text = settingOf(flag, flags[flag], env);
    return text === undefined ? PORT_FLAGS[flag].default : parsePort(flag, text);
  };
  const settings: Settings = {
    ports: {
      api: port('api-port'),
      site: port('site-port'),
      postgres: port('postgres-port'),
      aws: port('aws-port'),
      kafka: port('kafka-port'),
    },
    dataDir: dataDirOf(flags['data-dir'], env),
    cacheDir: cacheDirOf(flags['cache-dir'], env),
    databasePassword: settingOf('database-password', flags['database-password'], env) ?? DEFAULT_PASSWORD,
    context: { ...DEFAULT_CONTEXT, ...parseContext(flags.context ?? []) },
  };
  return { verb: flags.explain ? 'explain' : 'run', settings };
}

/**
 * Reads CDK context as the CDK's own command line does.
 *
 * @param texts each `key=value`
 * @throws UserError naming the one that is not
 */
export function parseContext(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UserError(`--context takes key=value; got "${text}".`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message} \`npm start -- --help\` lists the options.`);
  }
}

function parsePort(flag: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UserError(`--${flag} (or ${variableOf(flag)}) must be a port number, 0 to 65535; got "${text}".`);
  }
  return port;
}
