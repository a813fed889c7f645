import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { UserError } from '../tooling/errors.ts';
import { REPOSITORY } from '../tooling/paths.ts';

/** Where each part is reached on this machine. 0 is any free port, without Docker. */
export interface Ports {
  readonly api: number;
  /** LocalStack, with all its services. */
  readonly aws: number;
  readonly kafka: number;
  /** Of each shard's Postgres. */
  readonly shards: readonly number[];
}

/** Published by default, since everything listens on loopback only. */
export interface Passwords {
  /** Of `postgres`, who migrates. */
  readonly master: string;
  /** Of every other user of a shard. */
  readonly application: string;
}

/** What docker-compose.yml takes from the environment or `.env`, and its defaults. */
export interface LocalStackSettings {
  readonly ports: Ports;
  readonly passwords: Passwords;
}

const PORT_VARIABLES = {
  api: { name: 'ORDERFLOW_API_PORT', default: 8080, part: 'the front door' },
  aws: { name: 'ORDERFLOW_AWS_PORT', default: 4566, part: 'LocalStack' },
  kafka: { name: 'ORDERFLOW_KAFKA_PORT', default: 9092, part: 'Kafka' },
  shard1: { name: 'ORDERFLOW_SHARD1_PORT', default: 5432, part: 'shard1' },
  shard2: { name: 'ORDERFLOW_SHARD2_PORT', default: 5433, part: 'shard2' },
} as const;

/** Every port with the part that wants it and the variable that sets it. */
export const PORTS = Object.values(PORT_VARIABLES);

export const PASSWORD_VARIABLES = {
  master: { name: 'ORDERFLOW_MASTER_PASSWORD', default: 'masterpass' },
  application: { name: 'ORDERFLOW_DATABASE_PASSWORD', default: 'orderpass' },
} as const;

/**
 * Reads the settings that the compose file takes, from where Docker Compose takes them: the environment, then the file
 * `.env` beside docker-compose.yml, then their defaults.
 *
 * @throws UserError naming the variable that is wrong
 */
export function readSettings(env: NodeJS.ProcessEnv, dotEnv = readDotEnv()): LocalStackSettings {
  // As `${NAME:-default}` in the compose file: what is empty counts as not set.
  const given = (name: string) => env[name] || dotEnv[name] || undefined;
  const port = ({ name, default: usual }: { name: string; default: number }) => {
    const text = given(name) ?? String(usual);
    if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text);
    throw new UserError(`${name} must be a port number, 0 to 65535; got "${text}".`);
  };
  const password = ({ name, default: usual }: { name: string; default: string }) => given(name) ?? usual;
  return {
    ports: {
      api: port(PORT_VARIABLES.api),
      aws: port(PORT_VARIABLES.aws),
      kafka: port(PORT_VARIABLES.kafka),
      shards: [port(PORT_VARIABLES.shard1), port(PORT_VARIABLES.shard2)],
    },
    passwords: {
      master: password(PASSWORD_VARIABLES.master),
      application: password(PASSWORD_VARIABLES.application),
    },
  };
}

/** The settings as the compose file takes them. */
export function composeVariables({ ports, passwords }: LocalStackSettings): Record<string, string> {
  return {
    [PORT_VARIABLES.api.name]: String(ports.api),
    [PORT_VARIABLES.aws.name]: String(ports.aws),
    [PORT_VARIABLES.kafka.name]: String(ports.kafka),
    [PORT_VARIABLES.shard1.name]: String(ports.shards[0]),
    [PORT_VARIABLES.shard2.name]: String(ports.shards[1]),
    [PASSWORD_VARIABLES.master.name]: passwords.master,
    [PASSWORD_VARIABLES.application.name]: passwords.application,
  };
}

function readDotEnv(): NodeJS.Dict<string> {
  const file = join(REPOSITORY, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}
