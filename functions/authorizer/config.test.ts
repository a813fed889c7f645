import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const SETTINGS = { ISSUER: 'https://example.auth0.com/', AUDIENCE: 'orderflow', USER_CLAIM: 'custom:user_id' };
const READ = { issuer: SETTINGS.ISSUER, audience: SETTINGS.AUDIENCE, userClaim: SETTINGS.USER_CLAIM };

describe('the settings of the authorizer', () => {
  it('are taken as they are written', () => {
    expect(readConfig(SETTINGS)).toEqual(READ);
  });

  it.each([
    ['role=operator', { name: 'role', value: 'operator' }],
    ['https://example.com/roles=order operator', { name: 'https://example.com/roles', value: 'order operator' }],
    ['role=a=b', { name: 'role', value: 'a=b' }],
  ])('find claim and value in %s', (OPERATOR_CLAIM, rule) => {
    expect(readConfig({ ...SETTINGS, OPERATOR_CLAIM })).toEqual({ ...READ, operatorClaim: rule });
  });

  it.each([
    ['ISSUER', ''],
    ['ISSUER', 'http://example.com'],
    ['ISSUER', 'example.com'],
    ['AUDIENCE', ''],
    ['USER_CLAIM', ''],
    ['OPERATOR_CLAIM', ''],
    ['OPERATOR_CLAIM', 'operator'],
    ['OPERATOR_CLAIM', '=operator'],
    ['OPERATOR_CLAIM', 'role='],
  ])('refuse %s="%s"', (name, value) => {
    expect(() => readConfig({ ...SETTINGS, [name]: value })).toThrow(new RegExp(name));
  });
});
