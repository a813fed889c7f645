import { expect, it } from 'vitest';
import { parseIdentitySources } from './identity-sources.ts';

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
