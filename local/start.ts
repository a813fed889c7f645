import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataDir } from '../tooling/data-dir.ts';
import { UserError } from '../tooling/errors.ts';
import { createLog, type Log } from '../tooling/log.ts';
import { assembliesOf, REPOSITORY, runDirOf, variableOf } from '../tooling/paths.ts';
import { checkPorts, type PortClaim } from '../tooling/ports.ts';
import { deploy } from './assembly/deploy.ts';
import { loadAssembly } from './assembly/load-assembly.ts';
import { removeOtherAssemblies, synthesize } from './assembly/synthesize.ts';
import type { Stack } from './assembly/template.ts';
import { startAwsEndpoint } from './aws-endpoint/endpoint.ts';
import { REGION } from './aws-identity.ts';
import { startObjectStore } from './engines/object-store/start-object-store.ts';
import { endOrphans } from './engines/processes/orphans.ts';
import { startCustomResourceResponses } from './services/cloudformation/custom-resource-responses.ts';
import { createContext, type Running } from './services/context.ts';
import { Authorizer } from './services/iam/authorizer.ts';
import { PrincipalStore } from './services/iam/principals.ts';
import { registry } from './services/index.ts';
import { LambdaService } from './services/lambda/lambda-service.ts';
import { databasePorts } from './services/rds/resources.ts';
import { SecretStore } from './services/secrets-manager/secret-store.ts';
import { type Deployment, startCollected } from './services/start-collected.ts';
import type { Ports, Settings } from './settings.ts';
import { loadAuthority } from './tls/authority.ts';

/** Where a person reaches the parts of a run. */
export interface Addresses {
  readonly api: string;
  readonly site: string;
  /** S3 and Secrets Manager. */
  readonly aws: string;
  /** `host:port` of the plaintext listener. */
  readonly kafka: string;
  /** By name of the database: a ready-made URL. */
  readonly databases: Readonly<Record<string, string>>;
}

/** A local run that is up. */
export interface LocalRun {
  readonly addresses: Addresses;
  /** Ends everything, triggers first and engines last. */
  stop(): Promise<void>;
}

/**
 * Starts the whole system from the synthesized templates.
 *
 * @param signal ends the start early when aborted; whatever was begun is stopped again
 * @throws UserError when a person can mend the cause: a taken port, no Java, an unknown resource type, ...
 */
export async function start(
  settings: Settings,
  terminal: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<LocalRun> {
  const { dataDir } = settings;
  // What is put on it later is stopped earlier.
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(await lockDataDir(dataDir));
  const log = createLog({ source: 'orderflow', file: join(dataDir, 'run.log'), terminal });
  // Also ends what was still starting up when the start was broken off.
  cleanup.defer(() => endOrphans(dataDir, log));
  try {
    await endOrphans(dataDir, log);
    const stacks = await readTemplates(settings, log, signal);
    await checkPorts(portClaims(settings.ports, stacks));
    const addresses = await run(settings, stacks, log, signal, cleanup);
    await publishAddresses(dataDir, addresses, cleanup);
    return { addresses, stop: () => cleanup.disposeAsync() };
  } catch (error) {
    // What went wrong first is what the person has to know.
    await cleanup.disposeAsync().catch((failure) => log.error('not everything could be stopped: %o', failure));
    throw error;
  }
}

async function readTemplates({ dataDir, context }: Settings, log: Log, signal: AbortSignal): Promise<Stack[]> {
  // The functions' code lies below this project's package.json, whose "type" must not reach it.
  await writeFile(join(dataDir, 'package.json'), '{}');
  const assembly = await synthesize({ repository: REPOSITORY, dir: assembliesOf(dataDir), context, log, signal });
  await removeOtherAssemblies(assembly);
  return loadAssembly(assembly);
}

/** Starts what AWS has before any deployment, deploys, and then starts what calls functions. */
async function run(
  settings: Settings,
  stacks: readonly Stack[],
  log: Log,
  signal: AbortSignal,
  cleanup: AsyncDisposableStack,
): Promise<Addresses> {
  const { dataDir, ports } = settings;
  const tlsDir = join(dataDir, 'tls');
  const runtimeDir = join(dataDir, 'lambda-runtime');
  const running = { triggers: [] as Running[], engines: [] as Running[] };
  cleanup.defer(() => stopAll(running.engines));

  const [rds, trusted, objectStore] = await Promise.all([
    loadAuthority(tlsDir, 'rds'),
    loadAuthority(tlsDir, 'public'),
    startObjectStore({ dir: join(dataDir, 's3'), runDir: runDirOf(dataDir), log: log.child('s3') }),
  ]);
  running.engines.push(objectStore);
  await mkdir(runtimeDir, { recursive: true });
  await writeFile(join(runtimeDir, 'ca-cert.pem'), rds.certificatePem);

  const principals = new PrincipalStore();
  const authorizer = new Authorizer();
  const secrets = new SecretStore(join(dataDir, 'secrets'));
  const endpoint = await startAwsEndpoint({
    port: ports.aws,
    principals,
    authorizer,
    objectStore,
    secrets,
    invoke: (...call) => lambda.invoke(...call),
    bootstrapBrokers: (clusterArn) => context.kafkaClusters.get(clusterArn)?.bootstrapServers,
    log: log.child('aws'),
  });
  cleanup.defer(endpoint.stop);
  const customResourceResponses = await startCustomResourceResponses({
    certificate: await trusted.issue('cloudformation'),
    log,
  });
  cleanup.defer(customResourceResponses.stop);
  const lambda = new LambdaService({
    endpointUrl: endpoint.url,
    region: REGION,
    runtimeDir,
    internet: { trustedCertificates: [trusted.certificatePem], httpsPort: customResourceResponses.port },
    log,
  });
  cleanup.defer(() => lambda.stop());
  cleanup.defer(() => stopAll(running.triggers));

  const context = createContext({
    settings,
    stacks,
    log,
    signal,
    principals,
    authorizer,
    secrets,
    lambda,
    authorities: { rds, public: trusted },
    objectStore,
    customResourceResponses,
    running,
  });
  await deploy(stacks, registry, context);
  return addressesOf(await startCollected(context), endpoint.port);
}

async function stopAll(parts: readonly Running[]): Promise<void> {
  const outcomes = await Promise.allSettled(parts.map((part) => part.stop()));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, 'some parts could not be stopped');
}

function portClaims(ports: Ports, stacks: readonly Stack[]): PortClaim[] {
  const claim = (port: number, part: string, flag: string) => ({
    port,
    part,
    flag: `--${flag}`,
    variable: variableOf(flag),
  });
  const databases = [...databasePorts(stacks, ports.postgres)];
  return [
    claim(ports.api, 'the API', 'api-port'),
    claim(ports.site, 'the dashboard', 'site-port'),
    ...databases.map(([name, port]) => claim(port, name, 'postgres-port')),
    claim(ports.aws, 'the AWS endpoint', 'aws-port'),
    claim(ports.kafka, 'Kafka', 'kafka-port'),
  ];
}

function addressesOf({ apiUrls, siteUrls, databases, kafkaClusters }: Deployment, awsPort: number): Addresses {
  const urls = databases.map(({ name, port, users }) => {
    const [user] = users;
    const login = user ? `${user.username}:${encodeURIComponent(user.password)}@` : '';
    return [name, `postgres://${login}localhost:${port}/${name}?sslmode=require`];
  });
  return {
    api: onLocalhost(only('REST API', apiUrls)),
    site: onLocalhost(only('distribution', siteUrls)),
    aws: `http://localhost:${awsPort}`,
    kafka: only('Kafka cluster', kafkaClusters).operatorAddress,
    databases: Object.fromEntries(urls),
  };
}

function onLocalhost(url: string): string {
  return url.replace('//127.0.0.1', '//localhost');
}

function only<T>(what: string, found: readonly T[]): T {
  const [first, ...more] = found;
  if (first === undefined || more.length > 0) {
    throw new UserError(`The local run serves exactly one ${what}; the templates have ${found.length}.`);
  }
  return first;
}

/** For commands that work on a run: they find it by its data folder. */
async function publishAddresses(dataDir: string, addresses: Addresses, cleanup: AsyncDisposableStack): Promise<void> {
  const file = join(dataDir, 'addresses.json');
  await writeFile(file, JSON.stringify(addresses, undefined, 2), { mode: 0o600 });
  cleanup.defer(() => rm(file, { force: true }));
}
