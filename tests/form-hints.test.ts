import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isWellFormed, ORDER_FIELDS, type OrderField } from '../frontend/order-fields.ts';
import { newOrderBody } from '../functions/contract/http/requests.ts';
import { REPOSITORY } from '../tooling/paths.ts';

const documentation = readFileSync(join(REPOSITORY, 'docs/api.md'), 'utf8');
const order = { user_id: 'alice', product_name: 'Keyboard', quantity: 2, price: 149.99 };

const hintOf = (field: string) => ORDER_FIELDS.find(({ name }) => name === field)?.hint;
const problemOf = (field: string, value: unknown) =>
  newOrderBody
    .safeParse({ ...order, [field]: value })
    .error?.issues.map(({ message }) => message)
    .join('; ');

describe('what people read about a field', () => {
  it.each([
    ['product_name', '1 to 255 characters'],
    ['quantity', '1 to 1,000,000'],
    ['price', '0.01 to 99,999,999.99'],
  ])('is the same for %s in the form, in the response to a mistake and in the documentation', (field, range) => {
    expect([hintOf(field), problemOf(field, false), documentation]).toEqual(
      Array(3).fill(expect.stringContaining(range)),
    );
  });

  it('tells for user_id all letters that it may start with', () => {
    expect(problemOf('user_id', '1alice')).toMatch(
      /letter \(A-Z or a-z\), followed by .* letters, digits, dots, dashes or underscores/,
    );
    expect(hintOf('user_id')).toBe('A letter, then letters, digits, dots, dashes or underscores');
  });

  it.each<[OrderField['name'], string[]]>([
    ['user_id', ['alice', 'Zoë', 'A.b_c-9', '1alice', `a${'b'.repeat(99)}`, `a${'b'.repeat(100)}`]],
    ['quantity', ['1', '0', '1000000', '1000001', '1.5']],
    ['price', ['0.01', '0', '0.00', '99999999.99', '100000000', '1.999']],
  ])('does not let the form take another %s than the API', (field, values) => {
    const typed = (value: string) => (field === 'user_id' ? value : Number(value));
    expect(values.filter((value) => isWellFormed(field, value))).toEqual(
      values.filter((value) => problemOf(field, typed(value)) === undefined),
    );
  });
});
