import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiCall } from './api-call.ts';
import { jsonApi } from './json-api.ts';
import { operation } from './operation.ts';

const api = jsonApi({
  name: 'Library',
  signingName: 'library',
  version: '1.0',
  targetPrefix: 'Library',
  invalidInput: 'InvalidRequest',
  operations: {
    Lend: operation({ book: z.number() }, async (input) => ({ lent: input })),
    Return: operation({}, () => ({})),
  },
});

const call = async (target: string | undefined, body = '{}') =>
  api.handle({ headers: { 'x-amz-target': target }, body: Buffer.from(body) } as unknown as ApiCall);

describe('a JSON API', () => {
  it('passes the parsed body to the operation that the target names, and responds in its version of JSON', async () => {
    expect(await call('Library.Lend', '{"book":1}')).toEqual({ body: '{"lent":{"book":1}}' });
    expect(api.protocol.contentType).toBe('application/x-amz-json-1.0');
  });

  it.each(['Library.Burn', 'Library.constructor', 'Other.Lend', 'Lend', ''])(
    'names its operations to a caller who asks for "%s"',
    async (target) => {
      await expect(call(target)).rejects.toMatchObject({
        code: 'UnknownOperation',
        message: `The local Library does not support "${target}". It supports Lend, Return.`,
      });
    },
  );

  it('says that the target is missing, or that the body is not JSON', async () => {
    await expect(call(undefined)).rejects.toMatchObject({
      code: 'UnknownOperation',
      message: 'The header x-amz-target, which names the operation, is missing.',
    });
    await expect(call('Library.Lend', '{')).rejects.toMatchObject({ code: 'SerializationException' });
  });
});
