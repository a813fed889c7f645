import type { PlatformReport } from './platform-reports.ts';
import { PRICES } from './prices.ts';

/** A function with so much memory, in MB, has one processor, and others their share of it. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_OF_A_PROCESSOR = 1_769;
const MILLION = 1e6;

/**
 * How long an invocation takes on AWS: computing takes longer the less memory a function has, and waiting does not. A processor there counts
 * as one here.
 *
 * @param o.cpuMs of computing on a processor of its own
 * @param o.waitMs for databases, brokers and buckets
 * @returns milliseconds
 */
export function durationOnAws({
  cpuMs,
  memoryMb,
  waitMs,
}: {
  cpuMs: number;
  memoryMb: number;
  waitMs: number;
}): number {
  return cpuMs / Math.min(1, memoryMb / MEMORY_OF_A_PROCESSOR) + waitMs;
}

/** Dollars for invocations that take so long, in milliseconds, without the tiers of great amounts. */
export function invocationDollars(invocations: number, milliseconds: number, memoryMb: number): number {
  const gigabyteSeconds = (milliseconds / 1_000) * (memoryMb / 1_024);
  return (invocations / MILLION) * PRICES.lambdaMillionRequests + gigabyteSeconds * PRICES.lambdaGigabyteSecond;
}

/** Dollars for what was invoked here, as Lambda would round and bill it. Init phases are billed too. https://aws.amazon.com/lambda/pricing/ */
export function reportedDollars(reports: readonly PlatformReport[]): number {
  return reports.reduce((sum, { durationMs, initDurationMs = 0, memorySizeMB }) => {
    return sum + invocationDollars(1, Math.ceil(durationMs + initDurationMs), memorySizeMB);
  }, 0);
}
