import { Option } from '@commander-js/extra-typings';
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
import { variableOf } from '../tooling/paths.ts';
import type { PortClaim } from '../tooling/ports.ts';
import { DEFAULT_CONCURRENCY } from './services/lambda/machine-limit.ts';

/** Where each part of the local run listens, on loopback. 0 means any free port. */
export interface Ports {
  readonly api: number;
  /** The dashboard, with `/api/*` and `/health` behind it. */
  readonly site: number;
  /** The first shard; shard N listens on this + N - 1. */
  readonly postgres: number;
  /** The AWS endpoint, for the operator and the functions. */
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
  /** How many events all functions together handle at once. */
  readonly functionConcurrency: number;
  /** Whether what AWS forbids functions is forbidden here. Off for measurements only. */
  readonly enforcement: boolean;
  /** CDK context of the templates that run, besides what cdk.json holds. */
  readonly context: Readonly<Record<string, string>>;
}

/** The local run is the stage `dev`; its bucket has the name that local clients know. */
const DEFAULT_CONTEXT = { stage: 'dev', receiptsBucket: 'order-receipts' };

/** The command line of `npm start`, which {@link settingsOf} reads. */
export function startCommand() {
  return (
    newCommand(
      'npm start --',
      'Runs the synthesized CDK templates on this machine until Ctrl-C: Postgres, Apache Kafka, S3, the functions, the API and the dashboard. ' +
        'The data stays until `npm run reset`. Port 0 means any free port.',
    )
      .addOption(setting('--api-port <port>', 'the REST API').argParser(port).default(8080))
      .addOption(setting('--site-port <port>', 'the dashboard').argParser(port).default(3000))
      .addOption(
        setting('--postgres-port <port>', 'Postgres of the first shard; shard N gets this + N - 1')
          .argParser(port)
          .default(5432),
      )
      .addOption(setting('--aws-port <port>', 'the AWS endpoint').argParser(port).default(4566))
      .addOption(setting('--kafka-port <port>', 'Kafka, in plaintext for you').argParser(port).default(9092))
      .addOption(dataDirOption())
      .addOption(cacheDirOption())
      .addOption(
        setting('--database-password <text>', "the password of the databases' application user")
          .argParser(nonEmpty)
          .default('orderpass'),
      )
      .addOption(
        setting(
          '--function-concurrency <events>',
          'how many events all functions together handle at once, in a process each; further ones wait',
        )
          .argParser(wholeNumber(1))
          .default(DEFAULT_CONCURRENCY),
      )
      .addOption(contextOption(DEFAULT_CONTEXT))
      // For measurements only: local/README.md.
      .addOption(new Option('--no-enforcement').hideHelp())
      .option('--explain', 'print what the local run does with the resources in the templates, by type, then exit')
  );
}

/** The settings that the options of `npm start` stand for. */
export function settingsOf(options: ReturnType<ReturnType<typeof startCommand>['opts']>): Settings {
  const { apiPort: api, sitePort: site, postgresPort: postgres, awsPort: aws, kafkaPort: kafka } = options;
  const { dataDir, cacheDir, databasePassword, functionConcurrency, enforcement, context } = options;
  const ports = { api, site, postgres, aws, kafka };
  return { ports, dataDir, cacheDir, databasePassword, functionConcurrency, enforcement, context };
}

/** The settings for given arguments and the environment. @throws CommanderError when one is wrong */
export function readSettings(args: readonly string[] = []): Settings {
  return settingsOf(startCommand().parse(args, { from: 'user' }).opts());
}

/** What listens on each port, as the person knows it. */
const PARTS: Readonly<Record<keyof Ports, string>> = {
  api: 'the API',
  site: 'the dashboard',
  postgres: 'the first shard',
  aws: 'the AWS endpoint',
  kafka: 'Kafka',
};

/** The ports that can be claimed before the templates are known; further shards come on top. */
export function portClaims(ports: Ports): PortClaim[] {
  return (Object.keys(PARTS) as (keyof Ports)[]).map((setting) => portClaim(setting, ports[setting]));
}

/** A claim of the port that a setting chooses. @param part see PARTS */
export function portClaim(setting: keyof Ports, port: number, part: string = PARTS[setting]): PortClaim {
  const flag = `${setting}-port`;
  return { port, part, flag: `--${flag}`, variable: variableOf(flag) };
}
