import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
/** `${NAME}` or `${NAME:-default}`; a variable of the compose file has a default and nothing else. */
const VARIABLE = /\$\{(\w+)(?::-([^}]*))?\}/g;

/** A service of docker-compose.yml, as far as tests look at it. */
export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly user?: string;
  readonly init?: boolean;
  readonly working_dir?: string;
}

export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Where a port of a service is published. */
export interface Published {
  readonly address: string;
  readonly port: number;
  /** Inside of the container. */
  readonly target: number;
}

export const COMPOSE_TEXT = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

/** The variables that the compose file takes, with their defaults; undefined for those that Compose sets itself. */
export const COMPOSE_DEFAULTS: ReadonlyMap<string, string | undefined> = new Map(
  [...COMPOSE_TEXT.matchAll(VARIABLE)].map(([, name = '', usual]) => [name, usual]),
);

/** The compose file as Compose reads it. @param variables besides the defaults; a variable that stays open is kept as it is written */
export function readCompose(variables: Readonly<Record<string, string>> = {}): ComposeFile {
  const { name } = parse(COMPOSE_TEXT) as ComposeFile;
  const values: Readonly<Record<string, string>> = { COMPOSE_PROJECT_NAME: name, ...variables };
  const interpolate = (_: unknown, value: unknown) =>
    typeof value === 'string'
      ? value.replaceAll(VARIABLE, (written, variable, usual) => values[variable] ?? usual ?? written)
      : value;
  return parse(COMPOSE_TEXT, interpolate, { merge: true });
}

/** A service that must be there. */
export function serviceOf({ services }: ComposeFile, name: string): Service {
  const service = services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}.`);
  return service;
}

/** The ports of a service, each as `address:port:target`. */
export function publishedPorts({ ports = [] }: Service): Published[] {
  return ports.map((text) => {
    const [, address = '', port, target] = /^(?:(.+):)?(\d+):(\d+)$/.exec(text) ?? [];
    return { address, port: Number(port), target: Number(target) };
  });
}

/** What follows the colon of an image's name. */
export function imageVersion({ image }: Service): string {
  return image.split(':')[1] ?? '';
}

/** What the image apache/kafka makes of its variables: KAFKA_LOG_DIRS becomes log.dirs. */
export function kafkaProperties({ environment }: Service): Record<string, string> {
  const settings = Object.entries(environment).filter(([name]) => name !== 'KAFKA_HEAP_OPTS');
  return Object.fromEntries(
    settings.map(([name, value]) => [
      name
        .replace(/^KAFKA_/, '')
        .toLowerCase()
        .replaceAll('_', '.'),
      value,
    ]),
  );
}

/** Whether Docker Compose v2 is here; its engine is not needed. */
export function hasDockerCompose(): boolean {
  return spawnSync('docker', ['compose', 'version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/**
 * The compose file as Docker Compose itself resolves it, without anybody's own settings.
 *
 * @throws Error with what it says, when it does not take the file
 */
export function resolveWithDocker(): ComposeFile & { readonly networks: Readonly<Record<string, { name: string }>> } {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ORDERFLOW|COMPOSE)_/.test(name)));
  const docker = (...args: string[]) => {
    const all = ['compose', '--env-file', '/dev/null', '--file', 'docker-compose.yml', 'config', ...args];
    const { status, stdout, stderr } = spawnSync('docker', all, { cwd: ROOT, env, encoding: 'utf8', timeout: 20_000 });
    if (status !== 0 || stderr !== '') throw new Error(`docker ${all.join(' ')}: ${stderr || `exit code ${status}`}`);
    return stdout;
  };
  docker('--quiet');
  return JSON.parse(docker('--format', 'json'));
}
