import { randomBytes } from 'node:crypto';
import type { Log } from '../../../tooling/log.ts';
import { functionName, qualifiedFunctionName } from '../../aws-identity.ts';
import type { InternetStandIn } from './environment-variables.ts';
import { LambdaError } from './errors.ts';
import { type FunctionDefinition, type InvokeOptions, type InvokeResult, LATEST } from './function-definition.ts';
import { DEFAULT_LIMITS, FunctionPool, type PoolLimits } from './function-pool.ts';
import { ProcessReaper } from './process-reaper.ts';

/** AWS's default limit of concurrent executions per account and Region. */
const ACCOUNT_CONCURRENCY = 1000;
/** Lambda's limit for a synchronous invocation: 6 MiB. */
const MAX_REQUEST_BYTES = 6 * 1024 * 1024;

export interface LambdaServiceOptions {
  /** `AWS_ENDPOINT_URL` of the functions; by IP address, which makes S3 clients use path-style requests. */
  readonly endpointUrl: string;
  readonly region: string;
  /** Folder that stands for `/var/runtime`. */
  readonly runtimeDir: string;
  readonly internet: InternetStandIn;
  readonly log: Log;
  readonly limits?: Partial<PoolLimits>;
}

/** Runs functions as Lambda does, each execution environment in a process of its own. */
export class LambdaService {
  readonly #options: LambdaServiceOptions;
  readonly #limits: PoolLimits;
  readonly #reaper: ProcessReaper;
  readonly #functions = new Map<string, { definition: FunctionDefinition; pool: FunctionPool }>();
  /** By `<name>:<version or alias>`: the version that it stands for. */
  readonly #versions = new Map<string, string>();

  constructor(options: LambdaServiceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#reaper = new ProcessReaper(options.log);
  }

  /**
   * Makes a function callable. No process starts before its first invocation.
   *
   * @throws Error when the runtime is none of Node.js, or the name is taken
   */
  put(definition: FunctionDefinition): void {
    if (this.#functions.has(definition.name)) throw new Error(`function ${definition.name} exists already`);
    if (!definition.runtime.startsWith('nodejs')) {
      throw new Error(`${definition.name}: runtime ${definition.runtime} cannot run here, only Node.js can`);
    }
    const log = this.#options.log.child(definition.label);
    const pool = new FunctionPool(
      {
        definition,
        endpointUrl: this.#options.endpointUrl,
        region: this.#options.region,
        runtimeDir: this.#options.runtimeDir,
        internet: this.#options.internet,
        reaper: this.#reaper,
        log: definition.quiet ? asDetail(log) : log,
      },
      this.#limits,
    );
    this.#functions.set(definition.name, { definition, pool });
  }

  /**
   * Makes a version of a function, or an alias for one, callable. All of them are the one function that {@link put} got.
   *
   * @param nameOrArn of the function
   */
  qualify(nameOrArn: string, qualifier: string, version: string): void {
    this.#versions.set(`${functionName(nameOrArn)}:${qualifier}`, version);
  }

  /**
   * Invokes a function and waits for its result (invocation type RequestResponse).
   *
   * @param nameOrArn name, ARN or partial ARN, with or without a version or alias
   * @param payload the event as JSON
   * @throws LambdaError when the function was not run: unknown, throttled, or a payload that Lambda refuses
   */
  async invoke(nameOrArn: string, payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const { definition, pool, executedVersion } = this.#find(nameOrArn);
    checkPayload(payload);
    let concurrency = 0;
    for (const other of this.#functions.values()) concurrency += other.pool.concurrency;
    if (concurrency >= ACCOUNT_CONCURRENCY) throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');

    const requestId = crypto.randomUUID();
    const { payload: answer, functionError } = await pool.invoke({
      requestId,
      functionArn: nameOrArn.startsWith('arn:') ? nameOrArn : definition.arn,
      traceId: options.traceId ?? newTraceId(),
      payload,
      signal: options.signal,
    });
    return { requestId, payload: answer, ...(functionError && { functionError }), executedVersion };
  }

  /** Ends every execution environment; resolves when all processes are gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#functions.values()].map(({ pool }) => pool.stop()));
    this.#reaper.stop();
  }

  #find(nameOrArn: string): { definition: FunctionDefinition; pool: FunctionPool; executedVersion: string } {
    const [name = '', qualifier = LATEST] = qualifiedFunctionName(nameOrArn).split(':');
    const found = this.#functions.get(name);
    const executedVersion = qualifier === LATEST ? LATEST : this.#versions.get(`${name}:${qualifier}`);
    if (!found || executedVersion === undefined) {
      throw new LambdaError('ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    }
    return { ...found, executedVersion };
  }
}

function asDetail(log: Log): Log {
  return { ...log, info: log.debug, warn: log.debug, error: log.debug };
}

function checkPayload(payload: string): void {
  if (Buffer.byteLength(payload) > MAX_REQUEST_BYTES) {
    throw new LambdaError(
      'RequestTooLargeException',
      `Request must be smaller than ${MAX_REQUEST_BYTES} bytes for the InvokeFunction operation`,
    );
  }
  try {
    JSON.parse(payload);
  } catch {
    throw new LambdaError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}

function newTraceId(): string {
  const time = Math.floor(Date.now() / 1000).toString(16);
  const [root, parent] = [randomBytes(12), randomBytes(8)].map((bytes) => bytes.toString('hex'));
  return `Root=1-${time}-${root};Parent=${parent};Sampled=0`;
}
