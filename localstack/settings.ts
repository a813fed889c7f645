import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { UsageError } from '../tooling/errors.ts';
import { OWN_APP } from '../tooling/own-app.ts';
import { REPOSITORY } from '../tooling/paths.ts';
import { freePort, type PortClaim, parsePort } from '../tooling/ports.ts';

/** Where each part is reached on this machine. 0 means any free port, without Docker only. */
export interface Ports {
  readonly api: number;
  readonly aws: number;
  readonly kafka: number;
  /** Of each shard's Postgres: shard N has the first one's + N - 1. */
  readonly shards: readonly number[];
}

/** The defaults are public: everything listens on loopback only. */
export interface Passwords {
  /** Of `postgres`, who migrates. */
  readonly master: string;
  /** Of every other user of a shard. */
  readonly application: string;
}

export interface LocalStackSettings {
  readonly ports: Ports;
  readonly passwords: Passwords;
}

const PORT_VARIABLES = {
  api: { name: 'ORDERFLOW_API_PORT', default: 8080, part: 'the front door' },
  aws: { name: 'ORDERFLOW_AWS_PORT', default: 4566, part: 'LocalStack' },
  kafka: { name: 'ORDERFLOW_KAFKA_PORT', default: 9092, part: 'Kafka' },
  postgres: { name: 'ORDERFLOW_POSTGRES_PORT', default: 5432, part: 'shard1' },
} as const;
/** Compose cannot add: the port after that of shard1 has a variable of its own, which is never read here. */
const SECOND_SHARD_VARIABLE = 'ORDERFLOW_POSTGRES_PORT_2';

export const PASSWORD_VARIABLES = {
  master: { name: 'ORDERFLOW_MASTER_PASSWORD', default: 'masterpass' },
  application: { name: 'ORDERFLOW_DATABASE_PASSWORD', default: OWN_APP.databasePassword },
} as const;

/**
 * Reads the settings from where Docker Compose takes them: the environment, then `.env`, then the defaults.
 *
 * @throws UsageError naming the variable that is wrong
 */
export function readSettings(env: NodeJS.ProcessEnv, dotEnv = readDotEnv()): LocalStackSettings {
  // As `${NAME:-default}` in the compose file: empty counts as not set.
  const given = (name: string) => env[name] || dotEnv[name] || undefined;
  const port = ({ name, default: usual }: { name: string; default: number }) => {
    const text = given(name) ?? String(usual);
    const number = parsePort(text);
    if (number !== undefined) return number;
    throw new UsageError(`${name} must be a port number, 0 to 65535; got "${text}".`);
  };
  const password = ({ name, default: usual }: { name: string; default: string }) => given(name) ?? usual;
  const postgres = port(PORT_VARIABLES.postgres);
  return {
    ports: {
      api: port(PORT_VARIABLES.api),
      aws: port(PORT_VARIABLES.aws),
      kafka: port(PORT_VARIABLES.kafka),
      shards: [postgres, postgres && postgres + 1],
    },
    passwords: {
      master: password(PASSWORD_VARIABLES.master),
      application: password(PASSWORD_VARIABLES.application),
    },
  };
}

/** Which part wants which port, and which variable changes it. */
export function portClaims({ shards, ...ports }: Ports): PortClaim[] {
  const { postgres, ...others } = PORT_VARIABLES;
  return [
    ...Object.entries(others).map(([key, { part, name }]) => claim(ports[key as keyof typeof ports], part, name)),
    ...shards.map((port, index) => claim(port, `shard${index + 1}`, postgres.name)),
  ];
}

function claim(port: number, part: string, variable: string): PortClaim {
  return { port, part, variable };
}

/** Replaces each 0 with a free port. */
export async function chooseFreePorts(ports: Ports): Promise<Ports> {
  const chosen = async (port: number) => port || (await freePort());
  return {
    api: await chosen(ports.api),
    aws: await chosen(ports.aws),
    kafka: await chosen(ports.kafka),
    shards: await Promise.all(ports.shards.map(chosen)),
  };
}

/** The settings as the compose file takes them. */
export function composeVariables({ ports, passwords }: LocalStackSettings): Record<string, string> {
  return {
    [PORT_VARIABLES.api.name]: String(ports.api),
    [PORT_VARIABLES.aws.name]: String(ports.aws),
    [PORT_VARIABLES.kafka.name]: String(ports.kafka),
    [PORT_VARIABLES.postgres.name]: String(ports.shards[0]),
    [SECOND_SHARD_VARIABLE]: String(ports.shards[1]),
    [PASSWORD_VARIABLES.master.name]: passwords.master,
    [PASSWORD_VARIABLES.application.name]: passwords.application,
  };
}

function readDotEnv(): NodeJS.Dict<string> {
  const file = join(REPOSITORY, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}
