const EXPRESSION = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** What a timer of Node.js takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The interval of a schedule such as `rate(5 minutes)`, in milliseconds.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions
 *
 * @throws Error for `cron(...)`, for what EventBridge refuses, and for rates of more than 24 days
 */
export function rateMs(expression: string): number {
  if (expression.startsWith('cron(')) throw new Error(`${expression}: only rates run here, no cron expressions`);
  const [, value, unit, plural] = EXPRESSION.exec(expression) ?? [];
  // EventBridge takes "1 minute" and "2 minutes", and neither "1 minutes" nor "2 minute".
  if (value === undefined || (value === '1') !== (plural === '')) {
    throw new Error(
      `${expression} is no rate: it must be like rate(1 minute), rate(5 minutes), rate(2 hours), rate(1 day)`,
    );
  }
  const ms = Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms > MAX_TIMER_MS) throw new Error(`${expression}: rates of more than 24 days do not run here`);
  return ms;
}
