import type { Part } from '../context.ts';
import { create } from './create.ts';

/** The parts of the bench, in the order in which they are measured. */
export const PARTS = { create } as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof PARTS;
