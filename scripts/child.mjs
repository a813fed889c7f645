import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const GRACE_MS = 1_000;

/** An exit code above this one stands for a signal, as in shells. */
export const INTERRUPTED = 128;

/** Whoever read what is printed has gone, which is no reason to end. @param {NodeJS.ErrnoException} error */
const onError = (error) => {
  if (error.code !== 'EPIPE') throw error;
};

/**
 * Runs a program to its end, and passes on the signals that this process gets.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options] what it prints into pipes goes to standard error; with `detached`, a signal reaches everything that the program has
 *   started, and ends it by force after 1 s
 * @returns {Promise<number>} its exit code; that of a signal when one has ended it, or was passed on to a detached one
 * @throws {Error} the system's, when it cannot be started
 */
export async function runChild(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => process.stderr.write(bytes));
  process.stderr.on('error', onError);
  /** @type {NodeJS.Signals | undefined} */
  let received;
  /** @param {NodeJS.Signals} signal */
  const send = (signal) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(options.detached ? -child.pid : child.pid, signal);
    }
  };
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    received = signal;
    send(signal);
    if (options.detached) setTimeout(send, GRACE_MS, 'SIGKILL').unref();
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    const [code, signal] = /** @type {[number, NodeJS.Signals | null]} */ (await once(child, 'exit'));
    const ended = (options.detached && received) || signal;
    return ended ? INTERRUPTED + constants.signals[ended] : code;
  } finally {
    for (const signal of SIGNALS) process.off(signal, passOn);
    process.stderr.off('error', onError);
  }
}
