import { expect } from 'vitest';
import { api, behaviour, rfc9110 } from './behaviour.ts';

const TEN = '0123456789';
const UNSATISFIABLE = { status: 416, code: 'InvalidRange', message: 'The requested range is not satisfiable' };

/** Ranges of `0123456789` as AWS answers them: the bytes and `Content-Range`, or the whole object if it takes no notice. */
const SATISFIED = [
  ['0-8', '012345678', '0-8'],
  ['0-0', '0', '0-0'],
  ['1-1', '1', '1-1'],
  ['1-', '123456789', '1-9'],
  ['-2', '89', '8-9'],
  ['-15', TEN, '0-9'],
  ['0-100', TEN, '0-9'],
] as const;
const IGNORED = ['1-0', '-1-', '0--1', '-', '0-1,3-4,7-9', 'a-b'];

/** Parts of objects by `Range`. */
export const ranges = [
  ...SATISFIED.map(([range, Body, contentRange]) =>
    behaviour(`bytes=${range} of ten bytes is 206 with ${Body}`, rfc9110('14.1.2'), async (s3) => {
      await s3.put('k', TEN);
      const expected = { status: 206, Body, ContentLength: Body.length, ContentRange: `bytes ${contentRange}/10` };
      await s3.call('GetObject', { Key: 'k', Range: `bytes=${range}` }, { ...expected, AcceptRanges: 'bytes' });
    }),
  ),
  ...IGNORED.map((range) =>
    behaviour(`bytes=${range} is ignored`, rfc9110('14.2'), async (s3) => {
      await s3.put('k', TEN);
      await s3.call(
        'GetObject',
        { Key: 'k', Range: `bytes=${range}` },
        { status: 200, Body: TEN, ContentRange: undefined },
      );
    }),
  ),
  behaviour('ranges in other units than bytes are ignored', rfc9110('14.2'), async (s3) => {
    await s3.put('k', TEN);
    await s3.call('GetObject', { Key: 'k', Range: 'items=0-1' }, { status: 200, Body: TEN });
  }),
  ...['-0', '10-', '100-200'].map((range) =>
    behaviour(`bytes=${range} of ten bytes is 416 InvalidRange`, rfc9110('15.5.17'), async (s3) => {
      await s3.put('k', TEN);
      const Range = `bytes=${range}`;
      await s3.call(
        'GetObject',
        { Key: 'k', Range },
        { ...UNSATISFIABLE, ActualObjectSize: '10', RangeRequested: Range },
      );
    }),
  ),
  behaviour('every range of an empty object is 416 InvalidRange', rfc9110('14.1.2'), async (s3) => {
    await s3.put('k', '');
    await s3.call('GetObject', { Key: 'k', Range: 'bytes=0-' }, UNSATISFIABLE);
    await s3.call('GetObject', { Key: 'k', Range: 'bytes=40-50' }, UNSATISFIABLE);
  }),
  behaviour('a range of a missing key is NoSuchKey', api('GetObject'), (s3) =>
    s3.call('GetObject', { Key: 'k', Range: 'bytes=0-1' }, { status: 404, code: 'NoSuchKey' }),
  ),
  behaviour('a range may lie anywhere in a large object', api('GetObject'), async (s3) => {
    const Body = Array.from({ length: 100_000 }, (_, index) => index.toString().padStart(8, '0')).join('');
    await s3.put('k', Body);
    for (const [first, last] of [
      [65_530, 65_545],
      [131_071, 196_609],
      [799_990, 799_999],
    ] as const) {
      const found = await s3.call('GetObject', { Key: 'k', Range: `bytes=${first}-${last}` }, { status: 206 });
      expect(found.Body).toBe(Body.slice(first, last + 1));
    }
  }),
  behaviour('HEAD with a range is 206 with the length of the range', api('HeadObject'), async (s3) => {
    await s3.put('k', TEN);
    await s3.call('HeadObject', { Key: 'k', Range: 'bytes=2-4' }, { status: 206, ContentLength: 3 });
    await s3.call('HeadObject', { Key: 'k', Range: 'bytes=10-' }, { status: 416 });
  }),
  behaviour('If-Range with the ETag of the object gives the range', rfc9110('13.1.5'), async (s3) => {
    const { ETag } = await s3.put('k', TEN);
    const options = { headers: { 'if-range': String(ETag) } };
    await s3.call('GetObject', { Key: 'k', Range: 'bytes=0-1' }, { status: 206, Body: '01' }, options);
  }),
  behaviour('If-Range with another ETag gives the whole object', rfc9110('13.1.5'), async (s3) => {
    await s3.put('k', TEN);
    const options = { headers: { 'if-range': '"781e5e245d69b566979b86e28d23f2c8"' } };
    await s3.call('GetObject', { Key: 'k', Range: 'bytes=0-1' }, { status: 200, Body: TEN }, options);
  }),
  behaviour('If-Range with a date before the last change gives the whole object', rfc9110('13.1.5'), async (s3) => {
    await s3.put('k', TEN);
    const options = { headers: { 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' } };
    await s3.call('GetObject', { Key: 'k', Range: 'bytes=0-1' }, { status: 200, Body: TEN }, options);
  }),
];
