import * as z from 'zod';
import type { Answer } from './client.ts';
import { Mismatch } from './mismatch.ts';

const SHOWN_CHARACTERS = 240;

/** @throws Mismatch unless the condition holds */
export function expectThat(condition: boolean, expected: string, got: () => string): asserts condition {
  if (!condition) throw new Mismatch(expected, got());
}

/** @throws Mismatch unless the answer has one of these statuses */
export function expectStatus(answer: Answer, ...statuses: readonly number[]): void {
  expectThat(statuses.includes(answer.status), `status ${statuses.join(' or ')}`, () => describeAnswer(answer));
}

/**
 * Expects a status and a JSON body of a shape, which it returns.
 *
 * @throws Mismatch naming the first field that differs
 */
export function expectJson<T>(answer: Answer, status: number, schema: z.ZodType<T>): T {
  expectStatus(answer, status);
  expectHeader(answer, 'content-type', /^application\/json\b/);
  const result = schema.safeParse(answer.body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const place = path.length === 0 ? 'the body' : path.join('.');
  throw new Mismatch(`${place}: ${issue?.message}`, shorten(JSON.stringify(valueAt(answer.body, path)) ?? 'nothing'));
}

/** @throws Mismatch unless a header is there and reads so */
export function expectHeader(answer: Answer, name: string, value: string | RegExp): void {
  const got = answer.headers.get(name);
  const fits = got !== null && (typeof value === 'string' ? got === value : value.test(got));
  expectThat(fits, `the header ${name}: ${value}`, () => (got === null ? 'no such header' : got));
}

const refusal = z.looseObject({
  error: z.string().regex(/\S+ .*\S/, { error: 'a sentence' }),
  details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/**
 * Expects a refusal in the contract's shape: one of these statuses and `{"error": "<sentence>"}`.
 *
 * @throws Mismatch
 */
export function expectRefusal(answer: Answer, ...statuses: readonly number[]): void {
  expectStatus(answer, ...statuses);
  expectJson(answer, answer.status, refusal);
}

/** An answer in one short line. */
function describeAnswer({ status, text }: Answer): string {
  return shorten(`status ${status} ${text}`.trim());
}

function shorten(text: string): string {
  // What the deployment sends must not steer the terminal.
  const line = text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ');
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
