import { randomBytes } from 'node:crypto';
import type { Log } from '../../../tooling/log.ts';
import { functionName, qualifiedFunctionName } from '../../aws-identity.ts';
import type { InternetStandIn } from './environment-variables.ts';
import { LambdaError } from './errors.ts';
import { type FunctionDefinition, type InvokeOptions, type InvokeResult, LATEST } from './function-definition.ts';
import { DEFAULT_LIMITS, FunctionPool, type PoolLimits } from './function-pool.ts';
import { ProcessReaper } from './process-reaper.ts';

/** AWS's default limit per account and Region. */
const ACCOUNT_CONCURRENCY = 1000;
/** Lambda's limit for a synchronous invocation: 6 MiB. */
const MAX_REQUEST_BYTES = 6 * 1024 * 1024;

export interface LambdaServiceOptions {
  /** `AWS_ENDPOINT_URL` of the functions. An IP address makes S3 clients use path-style requests. */
  readonly endpointUrl: string;
  readonly region: string;
  /** Stands for `/var/runtime`. */
  readonly runtimeDir: string;
  readonly internet: InternetStandIn;
  readonly log: Log;
  readonly limits?: Partial<PoolLimits>;
}

/** Runs functions as Lambda does. */
export class LambdaService {
  readonly #options: LambdaServiceOptions;
  readonly #limits: PoolLimits;
  readonly #reaper: ProcessReaper;
  readonly #functions = new Map<string, { definition: FunctionDefinition; pool: FunctionPool }>();
  /** Versions by `<name>:<version or alias>`. */
  readonly #versions = new Map<string, string>();

  constructor(options: LambdaServiceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#reaper = new ProcessReaper(options.log);
  }

  /** Makes a function callable. @throws Error when the runtime is not Node.js, or the name is taken */
  put(definition: FunctionDefinition): void {
    if (this.#functions.has(definition.name)) throw new Error(`function ${definition.name} already exists`);
    if (!definition.runtime.startsWith('nodejs')) {
      throw new Error(`${definition.name}: runtime ${definition.runtime} is not supported, only Node.js is`);
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
        log: definition.quiet ? asDebug(log) : log,
      },
      this.#limits,
    );
    this.#functions.set(definition.name, { definition, pool });
  }

  /** Makes a version or an alias of a function callable. They all run what {@link put} was given. */
  qualify(nameOrArn: string, qualifier: string, version: string): void {
    this.#versions.set(`${functionName(nameOrArn)}:${qualifier}`, version);
  }

  /**
   * Invokes a function and waits for its result (invocation type RequestResponse).
   *
   * @param nameOrArn name, ARN or partial ARN, with or without a version or alias
   * @param payload the event as JSON
   * @throws LambdaError when the function did not run: it is unknown or throttled, or Lambda refuses the payload
   */
  async invoke(nameOrArn: string, payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const { definition, pool, executedVersion } = this.#find(nameOrArn);
    checkPayload(payload);
    let concurrency = 0;
    for (const other of this.#functions.values()) concurrency += other.pool.concurrency;
    if (concurrency >= ACCOUNT_CONCURRENCY) throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');

    const requestId = crypto.randomUUID();
    const { payload: result, functionError } = await pool.invoke({
      requestId,
      functionArn: nameOrArn.startsWith('arn:') ? nameOrArn : definition.arn,
      traceId: options.traceId ?? newTraceId(),
      payload,
      signal: options.signal,
    });
    return { requestId, payload: result, ...(functionError && { functionError }), executedVersion };
  }

  /** Ends every execution environment and waits until all processes are gone. */
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

function asDebug(log: Log): Log {
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
