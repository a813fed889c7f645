import { randomUUID } from 'node:crypto';
import type { Log } from '../../../tooling/log.ts';
import { ACCOUNT_ID, REGION } from '../../aws-identity.ts';
import type { InvokeAsync } from '../lambda/service.ts';
import { type Recurrence, recur } from './recurrence.ts';

/** An EventBridge rule that fires by itself, with every reference resolved. */
export interface ScheduleDefinition {
  readonly ruleArn: string;
  readonly recurrence: Recurrence;
  readonly targets: readonly ScheduleTarget[];
}

export interface ScheduleTarget {
  readonly functionArn: string;
  /** JSON that replaces the scheduled event. */
  readonly input?: string;
}

export interface ScheduleOptions {
  readonly schedule: ScheduleDefinition;
  readonly invokeAsync: InvokeAsync;
  readonly log: Log;
}

/**
 * Invokes the targets of a schedule each time it fires, asynchronously: Lambda retries those that fail. As on AWS, a target that takes
 * longer than the interval runs several times side by side.
 */
export function startSchedule({ schedule, invokeAsync, log }: ScheduleOptions): { stop(): Promise<void> } {
  const fire = (target: ScheduleTarget, event: string) => {
    try {
      const source = { service: 'events.amazonaws.com', arn: schedule.ruleArn };
      invokeAsync(target.functionArn, target.input ?? event, { source });
    } catch (error) {
      log.error('%s was not invoked: %s', target.functionArn, error);
    }
  };
  const timer = recur(schedule.recurrence, () => {
    const event = JSON.stringify(scheduledEvent(schedule.ruleArn, new Date()));
    for (const target of schedule.targets) fire(target, event);
  });
  return {
    async stop() {
      timer.stop();
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-scheduled-events.html */
export function scheduledEvent(ruleArn: string, now: Date) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT_ID,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources: [ruleArn],
    detail: {},
  };
}
