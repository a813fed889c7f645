import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, told from a later one with the same id. */
export interface ProcessId {
  readonly pid: number;
  /** See {@link processIdentity}. */
  readonly identity: string;
}

/** The current process. */
export function thisProcess(): ProcessId {
  return { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
}

/** Whether it is still that process, and not a later one with the same id. */
export function isRunning({ pid, identity }: ProcessId): boolean {
  return processIdentity(pid) === identity;
}

/** When a process was started, which tells it from a later one with the same id; undefined when it is not running. */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

function identityFromProc(pid: number): string | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return undefined;
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X') return undefined;
  // Start times count from boot.
  return `${readProc('/proc/sys/kernel/random/boot_id')?.trim()}:${startTicks}`;
}

/** By process id: the process that started it, or has adopted it. Linux only. */
export function parentsOfProcesses(): Map<number, number> {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return new Map(
    pids.flatMap((pid) => {
      const parent = statFields(pid)?.[1];
      return parent === undefined ? [] : [[pid, Number(parent)] as const];
    }),
  );
}

/** Milliseconds that a process has computed, and those of its children that have ended, as far as it has waited for them. */
export interface ProcessorTime {
  readonly own: number;
  readonly endedChildren: number;
}

/** Linux counts in hundredths of a second here, on every machine. */
const TICK_MS = 10;

/** With all its threads, in user and in system mode. Linux only; undefined when there is no such process. */
export function processorTime(pid: number): ProcessorTime | undefined {
  const [user, system, childrenUser, childrenSystem] = statFields(pid)?.slice(11, 15).map(Number) ?? [];
  if (user === undefined || system === undefined || childrenUser === undefined || childrenSystem === undefined) {
    return undefined;
  }
  return { own: (user + system) * TICK_MS, endedChildren: (childrenUser + childrenSystem) * TICK_MS };
}

/** Bytes of memory, of shared pages the process's share (PSS). Linux only; undefined when there is no such process. */
export function processMemory(pid: number): number | undefined {
  const [, kilobytes] = /^Pss: +(\d+) kB$/m.exec(readProc(`/proc/${pid}/smaps_rollup`) ?? '') ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

/** Whether this process is in the foreground of its terminal: others are stopped when they touch it. */
export function isInForeground(): boolean {
  const { pid, platform } = process;
  const fields =
    platform === 'linux' ? statFields(pid)?.slice(2) : askPs(pid, 'pgid=,sess=,tty=,tpgid=')?.trim().split(/\s+/);
  const [group, , , foreground] = fields ?? [];
  return group !== undefined && group === foreground;
}

/** The variables that a process was started with. Linux only; undefined when there is no such process. */
export function processVariables(pid: number): Record<string, string> | undefined {
  const variables = readProc(`/proc/${pid}/environ`)
    ?.split('\0')
    .filter((variable) => variable.includes('='));
  return variables && Object.fromEntries(variables.map((variable) => variable.split(/=(.*)/s).slice(0, 2)));
}

/** Of https://docs.kernel.org/filesystems/proc.html, table 1-4, from the state on; undefined when there is no such process. */
function statFields(pid: number): string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field, the command in parentheses, may itself hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process as `ps` shows it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  /** That of a stopped one begins with T. */
  readonly state: string;
  /** With its arguments. */
  readonly command: string;
}

/** All processes of this machine. */
export function processTable(): ListedProcess[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, command }];
  });
}

/** The command line of a running process; undefined when there is no such process. */
export function processCommand(pid: number): string | undefined {
  return process.platform === 'linux'
    ? readProc(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ')
    : askPs(pid, 'command=');
}

/** https://docs.kernel.org/filesystems/proc.html, table 1-2. Linux only: undefined elsewhere, and when there is no such process. */
export function readProcessStatus(pid: number): string | undefined {
  return process.platform === 'linux' ? readProc(`/proc/${pid}/status`) : undefined;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function identityFromPs(pid: number): string | undefined {
  const [state, ...start] = askPs(pid, 'stat=,lstart=')?.trim().split(/\s+/) ?? [];
  return state === undefined || state.startsWith('Z') ? undefined : start.join(' ');
}

function askPs(pid: number, columns: string): string | undefined {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  try {
    return execFileSync('ps', ['-ww', '-p', String(pid), '-o', columns], { encoding: 'utf8', env });
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}

/** Sends a signal to all processes of a group, unless it has ended. */
export function signalGroup(processGroup: number, signal: NodeJS.Signals): void {
  signalProcess(-processGroup, signal);
}

/** Sends a signal to a process that may end at any time. @returns false when it has ended */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
