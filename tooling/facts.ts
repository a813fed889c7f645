import { failureText } from './failure-text.ts';
import { printable } from './printable.ts';

/** More of a list says little to a person. */
const LISTED = 3;

/**
 * What a structured line says besides its message, as a person reads it: `name=value`, without stacks, the request's ids, which the line shows
 * elsewhere, and what only CloudWatch reads.
 */
export function factsText({ timestamp, level, requestId, _aws, ...facts }: Readonly<Record<string, unknown>>): string {
  const hidden = embeddedNames(_aws);
  return Object.entries(facts)
    .filter(([name]) => !hidden.has(name))
    .flatMap(([name, value]) => factsOf(name, value))
    .map(printable)
    .join(' ');
}

function factsOf(name: string, value: unknown): string[] {
  if (value === undefined || name === 'stack') return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [`${name}=${listText(value)}`];
  if (typeof value !== 'object' || value === null) return [`${name}=${value}`];
  const failure = failureText(value);
  if (failure !== undefined) return [`${name}=${failure}`];
  return Object.entries(value).flatMap(([inner, each]) => factsOf(`${name}.${inner}`, each));
}

function listText(values: readonly unknown[]): string {
  const texts = values.slice(0, LISTED).map((value) => (typeof value === 'object' ? JSON.stringify(value) : value));
  const more = values.length - LISTED;
  return `${texts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * The metrics and dimensions of a line in the embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function embeddedNames(metadata: unknown): ReadonlySet<string> {
  const definitions = (metadata as { CloudWatchMetrics?: unknown } | undefined)?.CloudWatchMetrics;
  if (!Array.isArray(definitions)) return new Set();
  return new Set(
    definitions.flatMap(({ Dimensions = [], Metrics = [] }) => [
      ...Dimensions.flat(),
      ...Metrics.map(({ Name }: { Name: string }) => Name),
    ]),
  );
}
