import { expect, it } from 'vitest';
import { patternMatcher } from './patterns.ts';

const context = { get: (key: string) => ({ 'aws:PrincipalAccount': ['000000000000'] })[key] };
const hasVariables = true;

it.each([
  ['*', 'anything: even this', true],
  ['s3:Get*', 's3:GetObject', true],
  ['s3:*Object', 's3:GetObject', true],
  ['s3:*Object', 's3:GetObjectAcl', false],
  ['s3:?etObject', 's3:GetObject', true],
  ['s3:?etObject', 's3:tetetObject', false],
  ['orders.*', 'orders-x', false],
  ['a(b)+[c]', 'a(b)+[c]', true],
  ['receipts/*/x', 'receipts/a/b\nc/x', true],
])('%s fits %j: %s', (pattern, text, fits) => {
  expect(patternMatcher(pattern, { hasVariables })(text, context)).toBe(fits);
});

it.each([
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: policy variables
  ['home/${aws:PrincipalAccount}/*', 'home/000000000000/x', true],
  ['home/${aws:PrincipalAccount}/*', 'home/111111111111/x', false],
  ['home/${aws:username}', 'home/', false],
  ["home/${aws:username, 'nobody'}", 'home/nobody', true],
  ['price${$}${*}${?}', 'price$*?', true],
  ['price${$}${*}${?}', 'price$x?', false],
])('%s with its variables fits %j: %s', (pattern, text, fits) => {
  expect(patternMatcher(pattern, { hasVariables })(text, context)).toBe(fits);
});

it('takes variables as text in a policy of the first version', () => {
  const pattern = patternMatcher('${aws:PrincipalAccount}', { hasVariables: false });
  expect(pattern('${aws:PrincipalAccount}', context)).toBe(true);
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: policy variables
});

it.each([
  ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a:b/c', true],
  ['arn:aws:sns:*:*:topic', 'arn:aws:sns:us-east-1:000000000000:topic', true],
  ['arn:aws:*:topic', 'arn:aws:sns:us-east-1:000000000000:topic', true],
  ['arn:aws:sns:*:topic:x:y', 'arn:aws:sns:us-east-1:a:topic:x:y', false],
  ['arn:aws:kafka:us-east-1:0:topic/c/*/orders', 'arn:aws:kafka:us-east-1:0:topic/c/uuid-1/orders', true],
  ['arn:aws:kafka:us-east-1:0:topic/c/*/orders', 'arn:aws:kafka:us-east-1:0:topic/c/uuid-1/orders-dlt', false],
  ['*', 'arn:aws:s3:::bucket', true],
])('the ARN %s fits %s: %s', (pattern, arn, fits) => {
  expect(patternMatcher(pattern, { hasVariables, isArn: true })(arn, context)).toBe(fits);
});
