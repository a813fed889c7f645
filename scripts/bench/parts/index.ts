import type { Part } from '../context.ts';
import { create } from './create.ts';
import { idle } from './idle.ts';
import { innerLoop } from './inner-loop.ts';
import { start } from './start.ts';

/** The parts of the bench, in the order in which they are measured. */
export const PARTS = { create, start, idle, 'inner-loop': innerLoop } as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof PARTS;
