import { Cron, type CronOptions } from 'croner';

const RATE = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/;
const CRON = /^cron\((.+)\)$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** The longest timer of Node.js. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** When a schedule fires: after each interval, or at times of day in UTC. */
export type Recurrence = { readonly intervalMs: number } | { readonly cron: string };

/** EventBridge's dialect: days of the week from 1, Sunday; `0/15` for steps; both kinds of days hold where both are given. */
const DIALECT: CronOptions = {
  mode: '7-part',
  timezone: 'UTC',
  alternativeWeekdays: true,
  sloppyRanges: true,
  domAndDow: true,
};

/**
 * Reads a schedule expression, such as `rate(5 minutes)` or `cron(30 2 * * ? *)`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * @throws Error for one that EventBridge refuses, and for rates of more than 24 days
 */
export function recurrenceOf(expression: string): Recurrence {
  const [, fields] = CRON.exec(expression) ?? [];
  return fields === undefined ? { intervalMs: rateMs(expression) } : { cron: cronPattern(expression, fields) };
}

/** Calls a function each time a schedule fires, until it is told to stop. */
export function recur(recurrence: Recurrence, fire: () => void): { stop(): void } {
  if ('cron' in recurrence) return new Cron(recurrence.cron, DIALECT, fire);
  const timer = setInterval(fire, recurrence.intervalMs);
  return { stop: () => clearInterval(timer) };
}

function rateMs(expression: string): number {
  const [, value, unit, plural] = RATE.exec(expression) ?? [];
  // EventBridge accepts "1 minute" and "2 minutes", but neither "1 minutes" nor "2 minute".
  if (value === undefined || (value === '1') !== (plural === '')) {
    throw new Error(
      `${expression} is neither a rate such as rate(1 minute), rate(2 hours) or rate(1 day), nor a cron expression such as cron(0 12 * * ? *)`,
    );
  }
  const ms = Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms > MAX_TIMER_MS) throw new Error(`${expression}: rates of more than 24 days are not supported`);
  return ms;
}

/** The pattern as the library takes it, with seconds. */
function cronPattern(expression: string, fields: string): string {
  const [minutes, hours, dayOfMonth, month, dayOfWeek, ...year] = fields.trim().split(/\s+/);
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error(`${expression}: exactly one of day-of-month and day-of-week must be ?`);
  }
  // By itself, L in the days of the week is the last one, Saturday.
  const weekdays = dayOfWeek === 'L' ? '7' : dayOfWeek;
  const pattern = ['0', minutes, hours, dayOfMonth, month, weekdays, ...year].join(' ');
  try {
    new Cron(pattern, { ...DIALECT, paused: true });
  } catch (error) {
    throw new Error(`${expression}: ${(error as Error).message}`, { cause: error });
  }
  return pattern;
}
