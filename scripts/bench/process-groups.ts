import { runDirOf } from '../../tooling/paths.ts';
import { readPidFiles } from '../../tooling/pid-files.ts';
import { parentsOfProcesses, processMemory, processorTime, processVariables } from '../../tooling/processes.ts';

/** The processes of a run, by what they belong to: the runner, a function by its name, an engine by its name. */
export type ProcessGroups = ReadonlyMap<string, readonly number[]>;

/** The name of the group of the runner itself, which is also S3, the gateway and the poller. */
export const RUNNER = 'runner';
const FUNCTION_NAME = 'AWS_LAMBDA_FUNCTION_NAME';
/** What the names of the functions of stage `dev` begin with. */
export const PREFIX = 'orderflow-dev-';
const NO_TIME = { own: 0, endedChildren: 0 };

/** The processes of the run of a data folder. Linux only. */
export function processGroups(runnerPid: number, dataDir: string): ProcessGroups {
  const children = Map.groupBy(parentsOfProcesses(), ([, parent]) => parent);
  const engines = new Map(readPidFiles(runDirOf(dataDir)).map(({ pid, name }) => [pid, name]));
  const groups = new Map<string, number[]>();
  const visit = (pid: number, inherited: string) => {
    const group = engines.get(pid) ?? processVariables(pid)?.[FUNCTION_NAME]?.replace(PREFIX, '') ?? inherited;
    groups.set(group, [...(groups.get(group) ?? []), pid]);
    for (const [child] of children.get(pid) ?? []) visit(child, group);
  };
  visit(runnerPid, RUNNER);
  return groups;
}

/**
 * Begins to count what the processes of a run compute.
 *
 * @returns tells what they have computed since, in milliseconds, the greatest first. What belonged to a function's process that has ended
 *   meanwhile counts as `ended`, since it was the runner's child
 */
export function watchProcessorTime(runnerPid: number, dataDir: string): () => Map<string, number> {
  const now = () => {
    const times = new Map<number, { group: string; own: number; endedChildren: number }>();
    for (const [group, pids] of processGroups(runnerPid, dataDir)) {
      for (const pid of pids) times.set(pid, { group, ...(processorTime(pid) ?? NO_TIME) });
    }
    return times;
  };
  const before = now();
  return () => {
    const spent = new Map<string, number>();
    const add = (group: string, ms: number) => spent.set(group, (spent.get(group) ?? 0) + ms);
    for (const [pid, { group, own, endedChildren }] of now()) {
      const earlier = before.get(pid) ?? NO_TIME;
      add(group, own - earlier.own);
      // The servers of Postgres's connections belong to Postgres.
      add(group === RUNNER ? 'ended' : group, endedChildren - earlier.endedChildren);
    }
    return new Map([...spent].filter(([, ms]) => ms > 0).sort(([, a], [, b]) => b - a));
  };
}

/**
 * The memory of the processes of a run, in MB by group, the greatest first. Pages that processes share are divided among them, so that the
 * sum is what the run takes.
 */
export function memoryByGroup(runnerPid: number, dataDir: string): Map<string, number> {
  const groups = [...processGroups(runnerPid, dataDir)].map(([group, pids]) => {
    return [group, pids.reduce((sum, pid) => sum + (processMemory(pid) ?? 0), 0) / 2 ** 20] as const;
  });
  return new Map(groups.sort(([, a], [, b]) => b - a));
}
