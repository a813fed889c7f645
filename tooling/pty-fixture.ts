import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('pty-fixture.py', import.meta.url));

/** Python's standard library has pseudo-terminals, which Node's has not. */
export const HAS_PSEUDO_TERMINALS = spawnSync('python3', ['-c', 'import pty']).status === 0;

/** A program in a pseudo-terminal of its own, hung up when the test is over. */
export interface PseudoTerminal {
  readonly process: ChildProcess;
  /** What the program has shown so far, with all that steers the terminal. */
  shown(): string;
  type(keys: string): void;
  /** Resolves when the program has ended: its exit code, below zero for a signal, and whether the terminal is as a shell expects it. */
  ended(): Promise<{ readonly code: number; readonly restored: boolean }>;
}

/** Starts a program in a pseudo-terminal. */
export function startInTerminal(command: readonly string[], { columns = 200, env = process.env } = {}): PseudoTerminal {
  const child = spawn('python3', [PROGRAM, String(columns), ...command], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    env: { ...env, TERM: 'xterm' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const report = text(child.stdio[3] as Readable);
  let shown = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
  });
  return {
    process: child,
    shown: () => shown,
    type: (keys) => void child.stdin?.write(keys),
    ended: async () => JSON.parse(await report),
  };
}
