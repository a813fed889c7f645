import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { signalProcess } from '../../../tooling/processes.ts';
import { findEnvironments } from '../../chaos/processes.ts';
import { type System, until } from './system.ts';

const SWITCH_SECONDS = 60;

/**
 * Ends what keeps a permission in use that is no longer there: execution environments with their connections and secrets.
 *
 * @param runnerPid the runner whose functions they are
 */
export async function endEnvironments(runnerPid: number): Promise<void> {
  const ended = findEnvironments(runnerPid);
  for (const pid of ended) signalProcess(pid, 'SIGKILL');
  // Until then, the runner may give an event to one of them.
  await until('the environments are gone', SWITCH_SECONDS, async () => {
    const left = findEnvironments(runnerPid);
    return !ended.some((pid) => left.includes(pid));
  });
}

/** Switches the mapping of a function off while something is done, and on again. A function without one is left alone. */
export async function withMappingOff(system: System, functionName: string, work: () => Promise<void>): Promise<void> {
  const { EventSourceMappings = [] } = await system.lambda.send(new ListEventSourceMappingsCommand({}));
  const own = EventSourceMappings.filter(({ FunctionArn }) => FunctionArn?.includes(`:function:${functionName}`));
  const turn = async (Enabled: boolean) => {
    for (const { UUID } of own) await system.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  };
  await turn(false);
  await until('the mapping is off', SWITCH_SECONDS, async () => {
    const { EventSourceMappings: now = [] } = await system.lambda.send(new ListEventSourceMappingsCommand({}));
    return own.every(({ UUID }) => now.find((each) => each.UUID === UUID)?.State === 'Disabled');
  });
  await work();
  await turn(true);
}
