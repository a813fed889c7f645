import { expect, it } from 'vitest';
import { identityOf, parseIdentitySources } from './identity-sources.ts';

it('identity sources are read from mapping expressions', () => {
  expect(
    parseIdentitySources(
      'method.request.header.X-Key, method.request.querystring.user.id,context.httpMethod,stageVariables.a',
    ),
  ).toEqual([
    { from: 'header', name: 'X-Key' },
    { from: 'querystring', name: 'user.id' },
    { from: 'context', name: 'httpMethod' },
    { from: 'stageVariables', name: 'a' },
  ]);
  expect(parseIdentitySources('')).toEqual([]);
});

it('an unsupported identity source is refused by name', () => {
  expect(() => parseIdentitySources('method.request.body.tenant')).toThrow('method.request.body.tenant');
});

it('a variable of the stage is one, and missing where the stage lacks it', () => {
  const identitySources = parseIdentitySources('stageVariables.tenant');
  const authorizer = { id: 'a', type: 'REQUEST', functionArn: 'fn', resultTtlSeconds: 0, identitySources } as const;
  const request = {} as Parameters<typeof identityOf>[2];
  expect(identityOf(authorizer, { stageVariables: { tenant: 'a' } }, request)).toEqual(['a']);
  expect(identityOf(authorizer, { stageVariables: { other: 'a' } }, request)).toBeUndefined();
});
