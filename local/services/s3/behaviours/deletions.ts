import { expect } from 'vitest';
import { api, behaviour, ERRORS } from './behaviour.ts';

/** Deletions, of one object and of many. */
export const deletions = [
  behaviour('deleting an object is 204, and so is deleting one that is missing', api('DeleteObject'), async (s3) => {
    await s3.put('k');
    await s3.call('DeleteObject', { Key: 'k' }, { status: 204 });
    await s3.call('DeleteObject', { Key: 'k' }, { status: 204 });
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour(
    'DeleteObjects reports each key as deleted, those that were missing too',
    api('DeleteObjects'),
    async (s3) => {
      await s3.put('a');
      await s3.put('kept');
      const Objects = [{ Key: 'a' }, { Key: 'missing' }];
      const { Deleted } = await s3.call('DeleteObjects', { Delete: { Objects } }, { Errors: undefined });
      expect(Deleted).toHaveLength(2);
      expect(Deleted).toEqual(expect.arrayContaining(Objects));
      expect((await s3.list()).keys).toEqual(['kept']);
    },
  ),
  behaviour('DeleteObjects in quiet mode reports no deleted key', api('DeleteObjects'), async (s3) => {
    await s3.put('a');
    await s3.call(
      'DeleteObjects',
      { Delete: { Objects: [{ Key: 'a' }], Quiet: true } },
      { Deleted: undefined, Errors: undefined },
    );
    expect((await s3.list()).keys).toEqual([]);
  }),
  behaviour('DeleteObjects takes 1,000 keys', api('DeleteObjects'), async (s3) => {
    const Objects = Array.from({ length: 1000 }, (_, index) => ({ Key: `k${index}` }));
    const { Deleted } = await s3.call('DeleteObjects', { Delete: { Objects } });
    expect(Deleted).toHaveLength(1000);
  }),
  behaviour('DeleteObjects refuses 1,001 keys as MalformedXML', api('DeleteObjects'), async (s3) => {
    await s3.put('k0');
    const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
    await s3.call('DeleteObjects', { Delete: { Objects } }, { status: 400, code: 'MalformedXML' });
    expect((await s3.list()).keys).toEqual(['k0']);
  }),
  behaviour('DeleteObjects in a missing bucket is NoSuchBucket', api('DeleteObjects'), (s3) =>
    s3.call(
      'DeleteObjects',
      { Bucket: 'no-such-bucket-1', Delete: { Objects: [{ Key: 'a' }] } },
      { status: 404, code: 'NoSuchBucket' },
    ),
  ),
  ...[
    ['that is cut off', '<Delete><Object><Key>a</Key>'],
    ['that is no XML', 'a'],
    ['with another root element', '<Remove><Object><Key>a</Key></Object></Remove>'],
    ['without an object', '<Delete></Delete>'],
  ].map(([kind, body = '']) =>
    behaviour(`DeleteObjects refuses a body ${kind} as MalformedXML`, ERRORS, async (s3) => {
      await s3.put('a');
      const input = { Delete: { Objects: [{ Key: 'a' }] } };
      await s3.call('DeleteObjects', input, { status: 400, code: 'MalformedXML' }, { body });
      expect((await s3.list()).keys).toEqual(['a']);
    }),
  ),
  behaviour('DeleteObjects takes no entities that the body defines', ERRORS, async (s3) => {
    await s3.put('abcabc');
    const body = '<!DOCTYPE d [<!ENTITY e "abc">]><Delete><Object><Key>&e;&e;</Key></Object></Delete>';
    await s3.call(
      'DeleteObjects',
      { Delete: { Objects: [{ Key: 'a' }] } },
      { status: 400, code: 'MalformedXML' },
      { body },
    );
  }),
];
