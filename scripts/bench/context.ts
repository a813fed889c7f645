import { cpSync, existsSync } from 'node:fs';
import { claimDataDir } from '../../tooling/data-dir.ts';
import { assembliesOf } from '../../tooling/paths.ts';
import { Instance } from '../chaos/instance.ts';
import type { Figure } from './figures.ts';

/** How much is measured, and for how long. */
export interface Sizes {
  /** Of each measurement, without its warm-up. */
  readonly seconds: number;
  /** How often what is compared takes turns. */
  readonly rounds: number;
  /** How many clients ask at a time, one case each. */
  readonly clients: readonly number[];
  /** How often a file is saved. */
  readonly saves: number;
  /** How many events pile up, to be consumed. */
  readonly events: number;
  /** How many orders each shard has, to be read. */
  readonly orders: number;
  /** How many rows of the outbox an outage leaves. */
  readonly rows: number;
  /** How long the idle system is watched. */
  readonly idleSeconds: number;
}

/** What the parts of the bench measure with. */
export interface BenchContext {
  readonly sizes: Sizes;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Holds the assembly that the systems run, once one of them has synthesized it. */
  readonly folder: string;
  /** Tells the person what is being measured. */
  readonly say: (text: string) => void;
}

export interface Part {
  /** What it measures, for the help. */
  readonly measures: string;
  readonly run: (context: BenchContext) => Promise<Figure[]>;
}

/**
 * Starts a system of its own with empty data, and ends it afterwards. The first one synthesizes the app, the others take its assembly.
 *
 * @param flags of `npm start`
 */
export async function withSystem<T>(
  { folder, signal }: BenchContext,
  use: (instance: Instance) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  // Reloading is measured by a part of its own.
  const instance = await Instance.create(signal, { flags: ['--no-watch', ...flags] });
  const [kept, own] = [folder, instance.dataDir].map(assembliesOf) as [string, string];
  try {
    if (existsSync(kept)) {
      claimDataDir(instance.dataDir);
      cpSync(kept, own, { recursive: true });
    }
    await instance.start();
    if (!existsSync(kept)) cpSync(own, kept, { recursive: true });
    return await use(instance);
  } finally {
    await instance.dispose(false);
  }
}
