import { randomUUID } from 'node:crypto';
import type { Log } from '../../../tooling/log.ts';
import { ACCOUNT_ID, REGION } from '../../aws-identity.ts';
import type { InvokeAsync } from '../lambda/service.ts';

const EXPRESSION = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** The longest timer of Node.js. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** An EventBridge rule that fires at a rate, with every reference resolved. */
export interface ScheduleDefinition {
  readonly ruleArn: string;
  readonly intervalMs: number;
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
 * Invokes the targets of a schedule after each interval, asynchronously: Lambda retries those that fail. As on AWS, a target that takes
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
  const timer = setInterval(() => {
    const event = JSON.stringify(scheduledEvent(schedule.ruleArn, new Date()));
    for (const target of schedule.targets) fire(target, event);
  }, schedule.intervalMs);
  return {
    async stop() {
      clearInterval(timer);
    },
  };
}

/**
 * The interval of a schedule such as `rate(5 minutes)`, in milliseconds.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions
 *
 * @throws Error for `cron(...)`, for invalid rates, and for rates of more than 24 days
 */
export function rateMs(expression: string): number {
  if (expression.startsWith('cron('))
    throw new Error(`${expression}: cron expressions are not supported, only rates are`);
  const [, value, unit, plural] = EXPRESSION.exec(expression) ?? [];
  // EventBridge accepts "1 minute" and "2 minutes", but neither "1 minutes" nor "2 minute".
  if (value === undefined || (value === '1') !== (plural === '')) {
    throw new Error(
      `${expression} is not a rate such as rate(1 minute), rate(5 minutes), rate(2 hours) or rate(1 day)`,
    );
  }
  const ms = Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms > MAX_TIMER_MS) throw new Error(`${expression}: rates of more than 24 days are not supported`);
  return ms;
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
