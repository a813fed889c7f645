import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { InvalidTokenError, IssuerUnavailableError } from '../domain/errors.ts';
import type { Claims } from '../domain/ports.ts';
import { readCaller } from '../http/caller.ts';
import { apiEvent } from '../testing/api-request.ts';
import { MemoryLog } from '../testing/ports.ts';
import { authorizerEndpoint } from './endpoint.ts';

const EXP = 1_800_000_000;
const CLAIMS: Claims = { sub: 'auth0|17', user: 'alice', exp: EXP };
const METHOD_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/prod/GET/api/orders/17/receipt';

interface Setting {
  readonly claims?: Claims | Error;
  readonly userClaim?: string;
  readonly operator?: string;
}

function authorizer({ claims = CLAIMS, userClaim = 'user', operator }: Setting = {}) {
  const log = new MemoryLog();
  const verified: string[] = [];
  const tokens = {
    async verify(token: string) {
      verified.push(token);
      if (claims instanceof Error) throw claims;
      return claims;
    },
  };
  const [name = '', value = ''] = operator?.split('=') ?? [];
  const operatorClaim = operator === undefined ? undefined : { name, value };
  const endpoint = authorizerEndpoint({ tokens, userClaim, operatorClaim }, log);
  const ask = (authorizationToken = 'Bearer a.b.c') =>
    endpoint({ type: 'TOKEN', methodArn: METHOD_ARN, authorizationToken } as APIGatewayTokenAuthorizerEvent);
  return { ask, log, verified };
}

describe('the authorizer', () => {
  it('lets the bearer of a genuine token into the whole stage, and says who it is', async () => {
    expect(await authorizer().ask()).toEqual({
      principalId: 'auth0|17',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/prod/*',
          },
        ],
      },
      context: { userId: 'alice', userClaim: 'user', operator: 'false', exp: String(EXP) },
    });
  });

  it('says it in the words that the functions read', async () => {
    const { context } = await authorizer({ operator: 'user=alice' }).ask();
    const event = apiEvent({ authorizer: context as Record<string, string> });
    expect(readCaller(event, 'jwt', new Date(EXP * 1000))).toEqual({ kind: 'user', userId: 'alice', operator: true });
  });

  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'Bearer   a.b.c', ' Bearer a.b.c '])(
    'finds the token in "%s"',
    async (header) => {
      const { ask, verified } = authorizer();
      await ask(header);
      expect(verified).toEqual(['a.b.c']);
    },
  );

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'a.b.c',
    'Bearera.b.c',
    'Basic YTpi',
    'Bearer a.b.c d.e.f',
    'Bearer "a.b.c"',
    'Bearer a.b.c,d',
    'Bearer a.b.\u00e7',
    'Bearer a.b.c\nx',
  ])('asks for sign-in when the header is "%s", without looking closer', async (header) => {
    const { ask, verified } = authorizer();
    await expect(ask(header)).rejects.toThrow(/^Unauthorized$/);
    expect(verified).toEqual([]);
  });

  it('looks at no token that is longer than the headers of a request can be', async () => {
    const { ask, verified } = authorizer();
    await expect(ask(`Bearer ${'a'.repeat(9_000)}`)).rejects.toThrow(/^Unauthorized$/);
    expect(verified).toEqual([]);
  });

  it('asks for sign-in when there is no header at all', async () => {
    await expect(authorizer().ask(null as never)).rejects.toThrow(/^Unauthorized$/);
  });

  it('asks for sign-in when the token is refused, and logs why', async () => {
    const { ask, log } = authorizer({ claims: new InvalidTokenError('The token has expired.') });
    await expect(ask()).rejects.toThrow(/^Unauthorized$/);
    expect(log.lines).toMatchObject([{ level: 'info', fields: { reason: 'The token has expired.' } }]);
  });

  it.each([new IssuerUnavailableError('The issuer does not answer.'), new TypeError('x is undefined')])(
    'calls no token bad that it could not check: %s',
    async (failure) => {
      const { ask, log } = authorizer({ claims: failure });
      await expect(ask()).rejects.toBe(failure);
      expect(log.lines).toMatchObject([{ level: 'error', fields: { error: failure } }]);
    },
  );

  it('logs no token', async () => {
    for (const claims of [CLAIMS, new InvalidTokenError('x'), new IssuerUnavailableError('x')]) {
      const { ask, log } = authorizer({ claims });
      await ask('Bearer secret.secret.secret').catch(() => undefined);
      await ask('Bearer secret secret').catch(() => undefined);
      expect(JSON.stringify(log.lines)).not.toContain('secret');
    }
  });
});

describe('the claim of the user', () => {
  it.each(['custom:user_id', 'https://example.com/user.id', 'user id', 'a.b', 'constructor'])(
    'may be called %s',
    async (userClaim) => {
      const { context } = await authorizer({ userClaim, claims: { ...CLAIMS, [userClaim]: 'bob' } }).ask();
      expect(context).toMatchObject({ userId: 'bob', userClaim });
    },
  );

  it.each([
    undefined,
    null,
    '',
    '17',
    'auth0|17',
    'a b',
    'ärger',
    17,
    true,
    ['alice'],
    { id: 'alice' },
    'a'.repeat(101),
  ])('names nobody when it holds %j', async (user) => {
    const { context } = await authorizer({ claims: { ...CLAIMS, user } }).ask();
    expect(context).toEqual({ userClaim: 'user', operator: 'false', exp: String(EXP) });
  });

  it.each(['constructor', 'toString', '__proto__', 'a.b'])(
    'is not found under %s in a token without it',
    async (userClaim) => {
      const { context } = await authorizer({ userClaim, claims: { ...CLAIMS, a: { b: 'bob' } } }).ask();
      expect(context).not.toHaveProperty('userId');
    },
  );
});

describe('the claim of an operator', () => {
  it.each<[unknown]>([['ops'], [['staff', 'ops']], ['openid ops email']])('may be %j', async (role) => {
    const { context } = await authorizer({
      operator: 'cognito:groups=ops',
      claims: { ...CLAIMS, 'cognito:groups': role },
    }).ask();
    expect(context.operator).toBe('true');
  });

  it('may be a flag', async () => {
    const { context } = await authorizer({ operator: 'admin=true', claims: { ...CLAIMS, admin: true } }).ask();
    expect(context.operator).toBe('true');
  });

  it.each<[unknown]>([
    [undefined],
    ['OPS'],
    ['devops'],
    ['ops2'],
    ['ops,staff'],
    [['devops', 'openid ops']],
    [[['ops']]],
    [{ ops: true }],
    [true],
  ])('makes none of %j', async (role) => {
    const { context } = await authorizer({ operator: 'role=ops', claims: { ...CLAIMS, role } }).ask();
    expect(context.operator).toBe('false');
  });

  it('makes nobody an operator where none is configured', async () => {
    const { context } = await authorizer({ claims: { ...CLAIMS, operator: 'true', role: 'ops' } }).ask();
    expect(context.operator).toBe('false');
  });
});

describe('the expiry', () => {
  it('is told in whole seconds', async () => {
    const { context } = await authorizer({ claims: { ...CLAIMS, exp: EXP + 0.9 } }).ask();
    expect(context.exp).toBe(String(EXP));
  });

  it.each([undefined, null, 'soon', 1e300, Number.POSITIVE_INFINITY, -1])(
    'is demanded, and %j is none',
    async (exp) => {
      await expect(authorizer({ claims: { ...CLAIMS, exp } }).ask()).rejects.toThrow(/^Unauthorized$/);
    },
  );
});

it('names the principal of a token without subject', async () => {
  expect((await authorizer({ claims: { ...CLAIMS, sub: undefined } }).ask()).principalId).toBe('unknown');
});
