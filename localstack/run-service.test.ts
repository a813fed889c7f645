import { describe, expect, it } from 'vitest';
import { UserError } from '../local/user-error.ts';
import { requiredUrl, requiredVariable } from './run-service.ts';

describe('a variable of a service', () => {
  it('is what the environment says', () => {
    const variables = { API_URL: 'http://localhost:4566/x', ASSEMBLY: 'a folder' };
    expect(requiredUrl(variables, 'API_URL', 'http://x')).toBe('http://localhost:4566/x');
    expect(requiredVariable(variables, 'ASSEMBLY', 'cdk.out')).toBe('a folder');
  });

  it.each([{}, { API_URL: '' }, { API_URL: 'localhost' }])(
    'is named with an example when it is not usable: %j',
    (env) => {
      const read = () => requiredUrl(env, 'API_URL', 'http://localhost:4566');
      expect(read).toThrow(UserError);
      expect(read).toThrow(/API_URL .*http:\/\/localhost:4566/);
    },
  );
});
