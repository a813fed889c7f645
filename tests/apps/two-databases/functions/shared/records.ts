import type { MSKEvent } from 'aws-lambda';

/** The values of all records of a batch, those of a partition in their order. */
export const values = (event: MSKEvent): string[] =>
  Object.values(event.records)
    .flat()
    .flatMap((record) => (record.value ? [Buffer.from(record.value, 'base64').toString()] : []));

export function parseObject(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  return value as Record<string, unknown>;
}

export function text(object: Record<string, unknown>, name: string): string {
  const value = object[name];
  if (typeof value !== 'string' || !value) throw new Error(`${name} is not a text`);
  return value;
}

export function instant(object: Record<string, unknown>, name: string): string {
  const date = new Date(text(object, name));
  if (Number.isNaN(date.getTime())) throw new Error(`${name} is not a time`);
  return date.toISOString();
}
