import { describe, expect, it } from 'vitest';
import { resolveDynamicReferences } from './dynamic-references.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:app/login-AbCdEf';

describe('resolveDynamicReferences', () => {
  const readSecret = async (id: string, stage: string) => JSON.stringify({ password: '$&', from: `${id} ${stage}` });

  it('reads a key of a secret named by ARN', async () => {
    const value = { Password: `{{resolve:secretsmanager:${ARN}:SecretString:password::}}` };
    expect(await resolveDynamicReferences(value, readSecret)).toEqual({ Password: '$&' });
  });

  it('reads the version stage that is asked for, AWSCURRENT otherwise', async () => {
    const value = [
      '{{resolve:secretsmanager:login:SecretString:from:AWSPREVIOUS}}',
      '{{resolve:secretsmanager:login:SecretString:from}}',
    ];
    expect(await resolveDynamicReferences(value, readSecret)).toEqual(['login AWSPREVIOUS', 'login AWSCURRENT']);
  });

  it('takes the whole secret when no key is named, and several references in one text', async () => {
    const value = '{{resolve:secretsmanager:a}} and {{resolve:secretsmanager:b}}';
    expect(await resolveDynamicReferences(value, async (id) => `<${id}>`)).toBe('<a> and <b>');
  });

  it('refuses a key that the secret does not have', async () => {
    const value = '{{resolve:secretsmanager:login:SecretString:nothing}}';
    await expect(resolveDynamicReferences(value, readSecret)).rejects.toThrow('the secret login has no key nothing');
  });

  it('refuses other services', async () => {
    await expect(resolveDynamicReferences('{{resolve:ssm:/a}}', readSecret)).rejects.toThrow('references to ssm');
  });
});
