import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesFileOf } from '../../local/addresses.ts';
import { lockDataDir } from '../../tooling/data-dir.ts';
import { createLog } from '../../tooling/log.ts';
import { endOrphans } from '../../tooling/orphans.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { Terminal } from '../../tooling/terminal.ts';
import { pollWithin } from '../../tooling/timing.ts';
import { type OwnAddresses, readOwnAddresses } from '../own-addresses.ts';

const UP_WITHIN_MS = 240_000;
const DOWN_WITHIN_MS = 15_000;
/** API, site, AWS, Kafka and up to 26 shards. */
const PORTS = 30;
/** Below the ports that systems hand out by themselves, so that nobody is given one while its owner restarts. */
const PORT_RANGE = { first: 20_000, last: 32_000 };

export interface InstanceOptions {
  /** Of `npm start`, besides the folder and the ports. */
  readonly flags?: readonly string[];
  /** The folder of a copy of the project, which runs instead of this one. */
  readonly project?: string;
}

/** A local run of its own, started as a person starts it, that can be killed and started again at the same addresses. */
export class Instance {
  /** Holds the run's data and, beside it, what it prints. */
  readonly folder: string;
  readonly #flags: readonly string[];
  readonly #project: string;
  readonly #signal: AbortSignal;
  #child: ChildProcess | undefined;
  #addresses: OwnAddresses | undefined;

  private constructor(folder: string, firstPort: number, signal: AbortSignal, options: InstanceOptions) {
    this.folder = folder;
    this.#signal = signal;
    this.#project = options.project ?? REPOSITORY;
    const flags = ['--api-port', '--site-port', '--aws-port', '--kafka-port', '--postgres-port'];
    const ports = flags.flatMap((flag, index) => [flag, String(firstPort + index)]);
    this.#flags = ['--data-dir', this.dataDir, ...ports, ...(options.flags ?? [])];
  }

  /** Prepares a run on free ports and an empty folder, without starting it. */
  static async create(signal: AbortSignal, options: InstanceOptions = {}): Promise<Instance> {
    const folder = mkdtempSync(join(tmpdir(), 'orderflow-own-'));
    // Postgres may run as another user, who has to get in.
    chmodSync(folder, 0o755);
    return new Instance(folder, await findFreePorts(PORTS), signal, options);
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  get addresses(): OwnAddresses {
    if (this.#addresses === undefined) throw new Error('The run has not been started.');
    return this.#addresses;
  }

  /** The runner's process id. @throws Error when the runner has ended although nobody killed it */
  get pid(): number {
    if (this.#hasEnded()) throw new Error(`The run ended by itself:\n${this.#lastOutput()}`);
    if (this.#child?.pid === undefined) throw new Error('The run has not been started.');
    return this.#child.pid;
  }

  /**
   * Starts the runner and waits until it is up.
   *
   * @throws Error with the end of its output when it ends or takes longer than four minutes
   */
  async start(): Promise<void> {
    rmSync(addressesFileOf(this.dataDir), { force: true });
    const output = openSync(this.#outputFile, 'a');
    this.#child = spawn(process.execPath, [join(this.#project, 'scripts/start.ts'), ...this.#flags], {
      cwd: this.#project,
      stdio: ['ignore', output, output],
      // Its own group: Ctrl-C reaches the runner through this process alone.
      detached: true,
    });
    closeSync(output);
    this.#addresses = await pollWithin(UP_WITHIN_MS, () => {
      this.#signal.throwIfAborted();
      const addresses = readOwnAddresses(this.dataDir);
      if (!addresses && this.#hasEnded()) throw new Error(`The run ended while starting:\n${this.#lastOutput()}`);
      return addresses;
    });
    if (!this.#addresses) throw new Error(`The run is not up after four minutes:\n${this.#lastOutput()}`);
  }

  /** Ends the run as Ctrl-C does; its data stays for the next start. */
  async stop(): Promise<void> {
    await this.#end('SIGINT');
    this.#child = undefined;
  }

  /** Ends the runner as `kill -9` does; its engines live on until the next start. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
    this.#child = undefined;
  }

  /** Ends everything, in whatever state it is, and removes the data unless it is to be kept. */
  async dispose(keepData: boolean): Promise<void> {
    const slow = setTimeout(() => this.#child?.kill('SIGKILL'), DOWN_WITHIN_MS);
    await this.#end('SIGINT');
    clearTimeout(slow);
    const unlock = await lockDataDir(this.dataDir);
    const file = join(this.folder, 'cleanup.log');
    await endOrphans(this.dataDir, createLog({ source: 'run', file, terminal: new Terminal(process.stdout) }));
    if (keepData) await unlock();
    else await rm(this.folder, { recursive: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.#hasEnded()) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  #hasEnded(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  get #outputFile(): string {
    return join(this.folder, 'output.log');
  }

  #lastOutput(): string {
    return readFileSync(this.#outputFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
  }
}

/** Finds free neighbouring ports on loopback. @returns the first of them */
async function findFreePorts(count: number): Promise<number> {
  const { first: lowest, last } = PORT_RANGE;
  const start = lowest + Math.floor(Math.random() * (last - lowest - count));
  for (let first = start; first + count <= last; first += count) {
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`There are no ${count} neighbouring free ports between ${start} and ${last}.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false; // whatever the reason
  } finally {
    server.close();
  }
}
