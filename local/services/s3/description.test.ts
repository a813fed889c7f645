import { expect, it, describe as suite } from 'vitest';
import { asReceived, describe } from './description.ts';

suite('what a client says of an object', () => {
  it('is kept where S3 keeps it, with metadata in UTF-8 in the coding of RFC 2047', () => {
    const headers = {
      'cache-control': 'no-cache',
      'content-encoding': 'gzip, aws-chunked',
      'x-amz-meta-name': asReceived('über 1_2?'),
      'x-amz-date': 'not kept',
    };
    expect(describe(headers)).toEqual({
      headers: {
        'cache-control': 'no-cache',
        'content-encoding': 'gzip',
        'content-type': 'binary/octet-stream',
        'x-amz-meta-name': '=?UTF-8?Q?=C3=BCber_1=5F2=3F?=',
      },
      tags: undefined,
    });
  });

  it.each([
    ['a value with a line break', { 'content-type': 'text/plain\r\nset-cookie: a=b' }],
    ['metadata with a line break', { 'x-amz-meta-a': 'b\nc' }],
    ['a name with a line break', { 'x-amz-meta-a\nb': 'c' }],
  ])('is refused when it could not be sent again: %s', (_, headers) => {
    expect(() => describe(headers)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });

  it.each([
    [{ 'x-amz-server-side-encryption': 'aws:kms' }],
    [{ 'x-amz-acl': 'public-read' }],
    [{ 'x-amz-object-lock-mode': 'GOVERNANCE' }],
  ])('is refused by name when it asks for what is not here: %j', (headers) => {
    const [name = ''] = Object.keys(headers);
    expect(() => describe(headers)).toThrow(
      expect.objectContaining({ code: 'NotImplemented', message: expect.stringContaining(name) }),
    );
  });
});
