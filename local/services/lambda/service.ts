import type { PortClaim } from '../../../tooling/ports.ts';
import type { AwsApi, Principal } from '../../aws-api/api-call.ts';
import { newTraceId, traceRoot } from '../../trace-id.ts';
import type { Ec2 } from '../ec2/service.ts';
import type { Iam } from '../iam/service.ts';
import type { ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import { type Run, required, type Service } from '../service.ts';
import { lambdaApi } from './api.ts';
import { AsyncInvocations } from './asynchronous/async-invocations.ts';
import { checkAsyncPayload, checkPayloadSize, LambdaError, throttled } from './errors.ts';
import type { EventSourceMapping } from './event-source-mapping/mapping.ts';
import type { FunctionDirectory, KnownFunction } from './function-configuration.ts';
import { type FunctionDefinition, type InvokeOptions, type InvokeResult, LATEST } from './function-definition.ts';
import { logTail } from './function-log.ts';
import { functionName, qualifiedFunctionName } from './function-name.ts';
import { type PoolLimits, poolLimits } from './function-pool.ts';
import { FunctionPools } from './function-pools.ts';
import { Inspectors } from './inspectors.ts';
import { requireDestination, requirePermission } from './permission.ts';
import { prepareHost } from './prepare-host.ts';
import { functionResources } from './resources.ts';

export { errorMessageOf, errorTextOf } from './errors.ts';
export {
  type FunctionDefinition,
  HELD_MS,
  type Invoke,
  type InvokeAsync,
  type InvokeResult,
} from './function-definition.ts';
export { functionName, qualifiedFunctionArn } from './function-name.ts';

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
  readonly #pools: FunctionPools;
  readonly #inspectors: Inspectors;
  /** The functions whose inspector's address the log has. */
  readonly #told = new Set<string>();
  /** By name of a function: its last change. */
  readonly #changes = new Map<string, Promise<unknown>>();

  constructor(
    run: Pick<Run, 'settings' | 'stacks' | 'log' | 'authorities'>,
    services: Collaborators,
    limits: Partial<PoolLimits> = {},
  ) {
    this.#run = run;
    this.#services = services;
    this.#pools = new FunctionPools({ ...poolLimits(run.settings.functionConcurrency), ...limits }, run.log);
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
    const { endpoint, responses, ec2 } = this.#services;
    const where = { endpointUrl: endpoint.url, httpsPort: responses.port, connections: ec2.connections };
    this.#pools.open(await prepareHost(this.#run, where));
  }

  /** Lets debuggers in, also after changes in place. */
  async start(): Promise<void> {
    for (const { definition } of this.functions.values()) {
      const { name, label, inspectorPort } = definition;
      if (inspectorPort === undefined) continue;
      this.#services.ec2.connections.assign(inspectorPort, { kind: 'operator', name: `the inspector of ${name}` });
      if (!this.#told.has(name)) this.#run.log.info(`the inspector of ${label} listens on 127.0.0.1:${inspectorPort}`);
      this.#told.add(name);
      void this.#pools.of(definition).open();
    }
  }

  /** Ends every execution environment and waits until all processes are gone. */
  async stop(): Promise<void> {
    this.asynchronous.stop();
    await this.#pools.stop();
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
    this.#pools.prepare(prepared);
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
    const follow = async (name: string) => {
      const { definition, role } = this.#known(name);
      if (this.#pools.isOutdated(definition)) await this.#swap({ ...definition }, role, atLeast);
    };
    await Promise.all(this.#pools.names().map((name) => this.#inTurn(name, () => follow(name))));
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
    } = await this.#pools.of(definition).invoke({
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
      left -= definition.reservedConcurrency ?? this.#pools.concurrencyOf(definition.name);
    }
    if (left <= 0) throw throttled('ConcurrentInvocationLimitExceeded');
  }

  #put(definition: FunctionDefinition, role: Principal): () => void {
    const { name, runtime } = definition;
    if (!runtime.startsWith('nodejs')) throw new Error(`${name}: runtime ${runtime} is not supported, only Node.js is`);
    const remove = register(this.functions, name, { definition, role });
    return () => {
      if (remove()) void this.#pools.remove(name);
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
    const replacing = this.#pools.replace(next, atLeast);
    // Whoever has no pool gets none for the former definition meanwhile: there is no wait.
    const replaced = replacing ? await replacing : { drained: Promise.resolve() };
    this.functions.set(next.name, { definition: next, role });
    return replaced;
  }
}
