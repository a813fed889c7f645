import { eventPattern } from './event-pattern.ts';

/** Whether the function gets a record with this value. */
export type RecordFilter = (value: Buffer | null) => boolean;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The filters of a mapping, of which a record needs to satisfy one: https://docs.aws.amazon.com/lambda/latest/dg/kafka-filtering.html.
 * A pattern for JSON tests values that are JSON, and one for texts other texts. What it is not made for passes.
 *
 * @param patterns as the mapping has them: JSON in text
 * @returns undefined without patterns
 * @throws Error with AWS's message and the reason when a pattern is not valid
 */
export function recordFilter(patterns: readonly string[]): RecordFilter | undefined {
  if (patterns.length === 0) return undefined;
  const filters = patterns.map(valueFilter);
  return (value) => {
    const content = contentOf(value);
    return filters.some((matches) => matches(content));
  };
}

function valueFilter(text: string): (content: object | string | undefined) => boolean {
  try {
    const pattern: Record<string, unknown> = JSON.parse(text);
    const test = eventPattern(pattern);
    const other = Object.keys(pattern).find((name) => name !== 'value');
    if (other !== undefined) throw new Error(`Records of Kafka are filtered by "value" alone, not by "${other}".`);
    const isForTexts = Array.isArray(pattern.value);
    return (content) =>
      content === undefined || (typeof content === 'string') !== isForTexts || test({ value: content });
  } catch (error) {
    // The sentence is as recorded: test_lambda_integration_dynamodbstreams in LocalStack's snapshots.
    throw new Error(`Invalid filter pattern definition. ${(error as Error).message}`);
  }
}

/** Parsed JSON, or a text; undefined for a tombstone and for what is not UTF-8. */
function contentOf(value: Buffer | null): object | string | undefined {
  if (value === null) return undefined;
  try {
    const text = utf8.decode(value);
    return jsonObject(text) ?? text;
  } catch {
    return undefined;
  }
}

/** A number, a quoted text and the like count as texts. */
function jsonObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
