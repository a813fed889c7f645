import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../../tooling/log.ts';
import type { PortClaim } from '../../../tooling/ports.ts';
import { pollWithin } from '../../../tooling/timing.ts';
import type { AwsApi, Principal } from '../../aws-api/api-call.ts';
import { REGION } from '../../aws-identity.ts';
import { traceRoot } from '../../trace-id.ts';
import type { Ec2 } from '../ec2/service.ts';
import type { Iam } from '../iam/service.ts';
import type { ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { type Run, required, type Service } from '../service.ts';
import { lambdaApi } from './api.ts';
import { AsyncInvocations } from './asynchronous/async-invocations.ts';
import { checkAsyncPayload, checkPayloadSize, LambdaError, throttled } from './errors.ts';
import type { EventSourceMapping } from './event-source-mapping/mapping.ts';
import type { EnvironmentOptions } from './execution-environment.ts';
import { ownFileSystemIsPossible } from './file-system.ts';
import type { FunctionDirectory, KnownFunction } from './function-configuration.ts';
import { type FunctionDefinition, type InvokeOptions, type InvokeResult, LATEST } from './function-definition.ts';
import { logTail } from './function-log.ts';
import { functionName, qualifiedFunctionName } from './function-name.ts';
import { FunctionPool, type PoolLimits, poolLimits } from './function-pool.ts';
import { Inspectors } from './inspectors.ts';
import { requireDestination, requirePermission } from './permission.ts';
import { ProcessReaper } from './process-reaper.ts';
import { functionResources } from './resources.ts';
import { makeRuntimeFolder } from './runtime-folder.ts';

export { errorMessageOf, errorTextOf } from './errors.ts';
export {
  type FunctionDefinition,
  HELD_MS,
  type Invoke,
  type InvokeAsync,
  type InvokeResult,
} from './function-definition.ts';
export { functionName, qualifiedFunctionArn } from './function-name.ts';

/** The longest that a function may run. */
const MAX_TIMEOUT_MS = 900_000;
/** AWS's default limit per account and Region. */
const ACCOUNT_CONCURRENCY = 1000;

/** What functions need of other services. */
export interface Collaborators {
  readonly iam: Pick<Iam, 'principals' | 'policies' | 'evaluator'>;
  /** Where functions are, and what they reach from there. */
  readonly ec2: Pick<Ec2, 'network' | 'connections'>;
  /** What they get as `AWS_ENDPOINT_URL`. */
  readonly endpoint: { readonly url: string };
  /** Where `https://127.0.0.1` leads them: the response addresses of custom resources. */
  readonly responses: { readonly port: number };
}

/** Lambda: functions, in processes of their own. */
export class Lambda implements Service, FunctionDirectory {
  /** By name. */
  readonly functions = new Map<string, { readonly definition: FunctionDefinition; readonly role: Principal }>();
  /** Versions by `<name>:<version or alias>`. */
  readonly versions = new Map<string, string>();
  /** By UUID. */
  readonly eventSourceMappings = new Map<string, EventSourceMapping>();
  readonly asynchronous: AsyncInvocations;
  readonly api: AwsApi;
  readonly resources: ResourceProviders;
  readonly #run: Pick<Run, 'settings' | 'stacks' | 'log' | 'authorities'>;
  readonly #services: Collaborators;
  readonly #limits: PoolLimits;
  readonly #pools = new Map<string, FunctionPool>();
  readonly #inspectors: Inspectors;
  /** The functions whose inspector's address the log has. */
  readonly #told = new Set<string>();
  /** Those of functions that are gone, until they are idle. */
  readonly #leaving = new Set<FunctionPool>();
  /** By name of a function: its last change. */
  readonly #changes = new Map<string, Promise<unknown>>();
  /** What the environments of a pool were let connect to, as text. */
  readonly #views = new WeakMap<FunctionPool, string>();
  #host: Omit<EnvironmentOptions, 'definition' | 'log'> | undefined;

  constructor(
    run: Pick<Run, 'settings' | 'stacks' | 'log' | 'authorities'>,
    services: Collaborators,
    limits: Partial<PoolLimits> = {},
  ) {
    this.#run = run;
    this.#services = services;
    this.#limits = { ...poolLimits(run.settings.functionConcurrency), ...limits };
    this.asynchronous = new AsyncInvocations({
      invoke: (...call) => this.invoke(...call),
      requireDestination: (functionArn, destination) =>
        requireDestination(services.iam, this.roleOf(functionArn), destination),
      isOff: (functionArn) => this.find(functionArn).definition.reservedConcurrency === 0,
      log: run.log.child('async'),
    });
    this.api = lambdaApi(this, this.eventSourceMappings);
    const { source, dataDir } = run.settings;
    this.#inspectors = new Inspectors(run);
    this.resources = functionResources(this, services, {
      dataDir,
      appFolder: source.kind === 'assembly' ? undefined : source.folder,
      inspectors: this.#inspectors,
    });
  }

  /** @throws UserError when a function that is to be debugged is not in the templates */
  ports(): PortClaim[] {
    return this.#inspectors.claims();
  }

  async open(): Promise<void> {
    await this.#inspectors.choosePorts();
    const { settings, log, authorities } = this.#run;
    const [rds, trusted] = await Promise.all([authorities('rds'), authorities('public')]);
    const runtimeDir = join(settings.dataDir, 'lambda-runtime');
    await makeRuntimeFolder(runtimeDir);
    // AWS has the authorities of RDS in this file.
    await writeFile(join(runtimeDir, 'ca-cert.pem'), rds.certificatePem);
    this.#host = {
      endpointUrl: this.#services.endpoint.url,
      region: REGION,
      runtimeDir,
      httpsEndpoints: { trustedCertificates: [trusted.certificatePem], httpsPort: this.#services.responses.port },
      reaper: new ProcessReaper(log),
      processLimits: settings.processLimits,
      ownFileSystem: settings.processLimits && (await ownFileSystemIsPossible(runtimeDir, log)),
      connections: this.#services.ec2.connections,
    };
  }

  /** Lets debuggers in, also after changes in place. */
  async start(): Promise<void> {
    for (const { definition } of this.functions.values()) {
      const { name, label, inspectorPort } = definition;
      if (inspectorPort === undefined) continue;
      this.#services.ec2.connections.assign(inspectorPort, { kind: 'operator', name: `the inspector of ${name}` });
      if (!this.#told.has(name)) this.#run.log.info(`the inspector of ${label} listens on 127.0.0.1:${inspectorPort}`);
      this.#told.add(name);
      void this.#poolOf(definition).open();
    }
  }

  /** Ends every execution environment and waits until all processes are gone. */
  async stop(): Promise<void> {
    this.asynchronous.stop();
    const host = this.#host;
    // From now on no function gets its first process.
    this.#host = undefined;
    await Promise.all([...this.#pools.values(), ...this.#leaving].map((pool) => pool.stop()));
    host?.reaper.stop();
  }

  /** Makes a function callable. @returns takes it away again. @throws Error when the runtime is not Node.js, or the name is taken */
  put(definition: FunctionDefinition, role: Principal): () => void {
    if (this.functions.has(definition.name)) throw new Error(`function ${definition.name} already exists`);
    return this.#put(definition, role);
  }

  /**
   * Makes a function what another definition of the same name says, as {@link replaceCode} does.
   *
   * @returns takes it away again
   */
  replace(definition: FunctionDefinition, role: Principal): Promise<() => void> {
    return this.#inTurn(definition.name, async () => {
      await this.#swap(definition, role);
      return this.#put(definition, role);
    });
  }

  /**
   * Serves a function with other code from now on. As many environments as are busy are ready before the first request gets there; requests under
   * way end with the code that they began with, and count against no reservation.
   *
   * @returns resolves once nothing runs the former code
   */
  async replaceCode(name: string, codeDir: string): Promise<{ readonly drained: Promise<void> }> {
    return this.prepareCode(name, codeDir)();
  }

  /**
   * Gets ready to replace the code of a function: a process for it is there by the time the code is.
   *
   * @param codeDir a folder that is empty until the result is called
   * @returns as {@link replaceCode}
   */
  prepareCode(name: string, codeDir: string): () => Promise<{ readonly drained: Promise<void> }> {
    const { definition } = this.#known(name);
    const prepared = { ...definition, codeDir };
    this.#pools.get(name)?.prepare(prepared);
    return () =>
      this.#inTurn(name, () => {
        const { definition: current, role } = this.#known(name);
        return this.#swap(current === definition ? prepared : { ...current, codeDir }, role);
      });
  }

  /**
   * Gives functions new environments whose network is another one than their environments were started with.
   *
   * @param atLeast so many are ready for each of these functions, also when fewer are in use
   */
  async followNetwork(atLeast = 1): Promise<void> {
    const follow = async (name: string, pool: FunctionPool) => {
      const { definition, role } = this.#known(name);
      if (this.#views.get(pool) !== this.#viewOf(definition)) await this.#swap({ ...definition }, role, atLeast);
    };
    await Promise.all([...this.#pools].map(([name, pool]) => this.#inTurn(name, () => follow(name, pool))));
  }

  /** Makes a version or an alias of a function callable. They all run what {@link put} was given. @returns takes it away again */
  qualify(nameOrArn: string, qualifier: string, version: string): () => void {
    return register(this.versions, `${functionName(nameOrArn)}:${qualifier}`, version);
  }

  /** @throws Error when the function does not run here */
  roleOf(nameOrArn: string): Principal {
    return this.#known(functionName(nameOrArn)).role;
  }

  /**
   * Invokes a function and waits for its result (invocation type RequestResponse).
   *
   * @param nameOrArn name, ARN or partial ARN, with or without a version or alias
   * @param payload the event as JSON, which is not checked again: for a large batch that would take as long as handling it
   * @throws LambdaError when the function did not run: it is unknown or throttled, its source may not invoke it, or Lambda
   *   refuses the payload
   */
  async invoke(nameOrArn: string, payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const { definition, executedVersion } = this.find(nameOrArn);
    if (options.source) requirePermission(this.#services.iam, options.source, nameOrArn);
    checkPayloadSize(payload);
    this.#checkAccountLimit(definition);

    const requestId = options.requestId ?? crypto.randomUUID();
    const traceId = options.traceId ?? newTraceId();
    const {
      payload: result,
      functionError,
      lines,
    } = await this.#poolOf(definition).invoke({
      requestId,
      functionArn: nameOrArn.startsWith('arn:') ? nameOrArn : definition.arn,
      traceId,
      caller: options.caller ?? { requestId, traceId: traceRoot(traceId) },
      payload,
      clientContext: options.clientContext,
      signal: options.signal,
    });
    return {
      requestId,
      payload: result,
      ...(functionError && { functionError }),
      executedVersion,
      ...(options.logTail && { logTail: logTail(lines) }),
    };
  }

  /**
   * Accepts an event that a function is invoked with later (invocation type Event).
   *
   * @returns the id of the request
   * @throws LambdaError when there is no such function, its source may not invoke it, or Lambda refuses the payload
   */
  invokeAsync(nameOrArn: string, payload: string, { source, ...options }: InvokeOptions = {}): string {
    this.find(nameOrArn);
    if (source) requirePermission(this.#services.iam, source, nameOrArn);
    checkAsyncPayload(payload);
    return this.asynchronous.enqueue(nameOrArn, payload, options);
  }

  /** The functions whose templates tell how they are bundled. */
  bundled(): Required<Pick<FunctionDefinition, 'name' | 'label' | 'recipe' | 'codeDir' | 'sources'>>[] {
    return [...this.functions.values()].flatMap(({ definition: { name, label, recipe, codeDir, sources = [] } }) =>
      recipe ? [{ name, label, recipe, codeDir, sources }] : [],
    );
  }

  /** What a function runs now, by one of its names; undefined when there is none. */
  definitionOf(nameOrArn: string): FunctionDefinition | undefined {
    return this.functions.get(functionName(nameOrArn))?.definition;
  }

  /** Whether the log calls a function so. */
  hasLabel(label: string): boolean {
    return [...this.functions.values()].some(({ definition }) => definition.label === label);
  }

  /** The functions that run here. */
  list(): KnownFunction[] {
    return [...this.functions.keys()].map((name) => this.find(name));
  }

  find(nameOrArn: string): ReturnType<FunctionDirectory['find']> {
    const [name = '', qualifier = LATEST] = qualifiedFunctionName(nameOrArn).split(':');
    const known = this.functions.get(name);
    const executedVersion = qualifier === LATEST ? LATEST : this.versions.get(`${name}:${qualifier}`);
    if (!known || executedVersion === undefined) {
      throw new LambdaError('ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    }
    const versions = [...this.versions].flatMap(([key, version]) => (key === `${name}:${version}` ? [version] : []));
    return { definition: known.definition, roleArn: known.role.arn, versions, executedVersion };
  }

  /** What functions reserve is theirs; the others share the rest. */
  #checkAccountLimit({ reservedConcurrency }: FunctionDefinition): void {
    if (reservedConcurrency !== undefined) return;
    let left = ACCOUNT_CONCURRENCY;
    for (const { definition } of this.functions.values()) {
      left -= definition.reservedConcurrency ?? this.#pools.get(definition.name)?.concurrency ?? 0;
    }
    if (left <= 0) throw throttled('ConcurrentInvocationLimitExceeded');
  }

  #put(definition: FunctionDefinition, role: Principal): () => void {
    const { name, runtime } = definition;
    if (!runtime.startsWith('nodejs')) throw new Error(`${name}: runtime ${runtime} is not supported, only Node.js is`);
    const remove = register(this.functions, name, { definition, role });
    return () => {
      const pool = this.#pools.get(name);
      if (!remove() || !pool) return;
      this.#pools.delete(name);
      void this.#leave(pool);
    };
  }

  #known(name: string): { readonly definition: FunctionDefinition; readonly role: Principal } {
    return required(this.functions.get(name), `function ${name}`);
  }

  /** Changes a function once its former changes are over: of several at once, the last one holds. */
  #inTurn<T>(name: string, change: () => Promise<T>): Promise<T> {
    const turn = (this.#changes.get(name) ?? Promise.resolve()).then(change);
    this.#changes.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #swap(
    next: FunctionDefinition,
    role: Principal,
    atLeast?: number,
  ): Promise<{ readonly drained: Promise<void> }> {
    const pool = this.#pools.get(next.name);
    // Whoever has no pool gets none for the former definition meanwhile: there is no wait.
    const replaced = pool ? await pool.replace(next, atLeast) : { drained: Promise.resolve() };
    if (pool) this.#views.set(pool, this.#viewOf(next));
    this.functions.set(next.name, { definition: next, role });
    return replaced;
  }

  /** Ends the environments of a function that is gone, once what runs there has ended. */
  async #leave(pool: FunctionPool): Promise<void> {
    this.#leaving.add(pool);
    await pollWithin(MAX_TIMEOUT_MS, () => pool.concurrency === 0);
    await pool.stop();
    this.#leaving.delete(pool);
  }

  #viewOf({ label, place }: FunctionDefinition): string {
    return JSON.stringify(this.#services.ec2.connections.viewOf({ name: label, place }));
  }

  #poolOf(definition: FunctionDefinition): FunctionPool {
    const known = this.#pools.get(definition.name);
    if (known) return known;
    const pool = this.#newPool(definition);
    this.#pools.set(definition.name, pool);
    return pool;
  }

  #newPool(definition: FunctionDefinition): FunctionPool {
    if (!this.#host) throw new LambdaError('ServiceException', 'Lambda is not running.');
    const log = this.#run.log.child(definition.label);
    const options = { ...this.#host, definition, log: definition.quiet ? asDebug(log) : log };
    const pool = new FunctionPool(options, this.#limits);
    this.#views.set(pool, this.#viewOf(definition));
    return pool;
  }
}

function asDebug(log: Log): Log {
  const { debug, forRequest } = log;
  return { ...log, info: debug, warn: debug, error: debug, forRequest: (ids) => asDebug(forRequest(ids)) };
}

function newTraceId(): string {
  const time = Math.floor(Date.now() / 1000).toString(16);
  const [root, parent] = [randomBytes(12), randomBytes(8)].map((bytes) => bytes.toString('hex'));
  return `Root=1-${time}-${root};Parent=${parent};Sampled=0`;
}
