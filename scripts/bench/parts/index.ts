import type { Part } from '../context.ts';
import { answer } from './answer.ts';
import { coldStart } from './cold-start.ts';
import { consume } from './consume.ts';
import { cost } from './cost.ts';
import { create } from './create.ts';
import { distance } from './distance.ts';
import { drain } from './drain.ts';
import { idle } from './idle.ts';
import { innerLoop } from './inner-loop/inner-loop.ts';
import { reads } from './reads.ts';
import { start } from './start.ts';

/** The parts of the bench, in the order in which they are measured. */
export const PARTS = {
  create,
  answer,
  start,
  idle,
  'inner-loop': innerLoop,
  consume,
  reads,
  drain,
  distance,
  cost,
  'cold-start': coldStart,
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof PARTS;
