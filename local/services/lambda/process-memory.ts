import { readProcessStatus } from '../../../tooling/processes.ts';

export interface MemoryUse {
  /** The most that was resident at once, in MB: Lambda's `Max Memory Used`. */
  readonly peakMb: number;
  /** The same without the pages of files, which the kernel takes back before it ends a process for want of memory. */
  readonly requiredMb: number;
}

/**
 * How much memory a process has used so far; its children are not counted. It costs about 25 µs. Linux only.
 *
 * @returns undefined when there is no such process, or the system does not tell
 */
export function memoryUse(pid: number): MemoryUse | undefined {
  const status = readProcessStatus(pid);
  if (status === undefined) return undefined;
  const megabytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  const peakMb = megabytes('VmHWM');
  // One that has ended and is not yet reaped has no memory.
  return Number.isNaN(peakMb) ? undefined : { peakMb, requiredMb: peakMb - megabytes('RssFile') };
}
