import { expect } from 'vitest';
import { api, behaviour, ERRORS, guide } from './behaviour.ts';

/** Keys that something on the way may take for something else: XML, URLs, paths, numbers, programming languages. */
const ODD_KEYS = {
  'with XML characters': `R&D/<a>"b"'s.txt`,
  'with an XML entity in its text': 'fish&amp;chips&#38;peas',
  'that is a number with zeros': '007',
  'that is a decimal number': '1.0',
  'that is an exponent': '1e3',
  'that is the word true': 'true',
  'that is the word null': 'null',
  'that is a name of every object in JavaScript': '__proto__',
  'with outer blanks': '  outer blanks ',
  'that is a blank': ' ',
  'with percent signs and plus': 'a b+c%2F%25.txt',
  'with the characters of a query': 'a?b=1&c#d',
  'with reserved characters': "!$'()*,;:@[]{}|^~`.txt",
  'with a backslash': 'a\\b',
  'in Japanese': '日本/語.txt',
  'with an emoji': 'a/😀/😎',
  'with a leading slash': '/leading',
  'that is a slash': '/',
  'with a trailing slash': 'trailing/',
  'with two slashes': 'a//b',
  'with a dot as segment': 'pictures/./cat.jpg',
  'with two dots as segment': 'pictures/pets/../cat.jpg',
  'with a line break and a tab': 'a\nb\tc',
  'with control characters': 'a\u0001\u001f\u007fb',
  'with a long segment': `long/${'s'.repeat(250)}`,
  'of 1,024 bytes': 'k'.repeat(1024),
  'of 1,024 bytes in long segments': `${'ü'.repeat(127)}/${'b'.repeat(255)}/${'c'.repeat(255)}/${'d'.repeat(257)}`,
} as const;

/** What `encoding-type=url` makes of a key. */
const decoded = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

/** Names of objects. */
export const keys = [
  ...Object.entries(ODD_KEYS).map(([kind, key]) =>
    behaviour(`a key ${kind} is kept as it is`, guide('object-keys'), async (s3) => {
      await s3.put(key, 'value');
      await s3.call('GetObject', { Key: key }, { Body: 'value' });
      await s3.call('CopyObject', { Key: `${key.slice(0, 400)}.copy`, CopySource: s3.source(key) });
      const { keys } = await s3.list({ EncodingType: 'url' });
      expect(keys.map(decoded).sort()).toEqual([key, `${key.slice(0, 400)}.copy`].sort());
      // XML cannot carry control characters.
      if (/\p{Cc}/u.test(key)) await s3.call('DeleteObject', { Key: key });
      else
        await s3.call(
          'DeleteObjects',
          { Delete: { Objects: [{ Key: key }] } },
          { Deleted: [{ Key: key }], Errors: undefined },
        );
      await s3.call('GetObject', { Key: `${key.slice(0, 400)}.copy` }, { Body: 'value' });
      await s3.call('HeadObject', { Key: key }, { status: 404 });
    }),
  ),
  behaviour('keys that Unicode takes for equal are two objects', guide('object-keys'), async (s3) => {
    await s3.put('caf\u00e9', 'composed');
    await s3.put('cafe\u0301', 'decomposed');
    await s3.call('GetObject', { Key: 'caf\u00e9' }, { Body: 'composed' });
    expect((await s3.list()).keys).toEqual(['cafe\u0301', 'caf\u00e9']);
  }),
  behaviour('a key and a key below it are two objects', guide('using-folders'), async (s3) => {
    for (const key of ['a/b/c', 'a/b', 'a/b/', 'a']) await s3.put(key, key);
    for (const key of ['a', 'a/b', 'a/b/', 'a/b/c']) await s3.call('GetObject', { Key: key }, { Body: key });
    await s3.call('DeleteObject', { Key: 'a/b' });
    expect((await s3.list()).keys).toEqual(['a', 'a/b/', 'a/b/c']);
  }),
  behaviour('DeleteObjects takes numbers and outer blanks as they are written', api('DeleteObjects'), async (s3) => {
    const kept = ['7', '1', 'blanks'];
    const Objects = ['007', '1.0', ' blanks ', '2026', 'false'].map((Key) => ({ Key }));
    for (const Key of [...kept, ...Objects.map(({ Key }) => Key)]) await s3.put(Key);
    await s3.call('DeleteObjects', { Delete: { Objects } });
    expect((await s3.list()).keys).toEqual(kept.toSorted());
  }),
  behaviour(
    'a list without encoding-type shows XML characters of a key as they are',
    api('ListObjectsV2'),
    async (s3) => {
      await s3.put(`R&D/it's <1>.txt`);
      expect((await s3.list()).keys).toEqual([`R&D/it's <1>.txt`]);
      expect((await s3.list({ Delimiter: '/' })).prefixes).toEqual(['R&D/']);
    },
  ),
  ...[`${'ü'.repeat(512)}k`, 'k'.repeat(1025)].map((key) =>
    behaviour(`a key of 1,025 bytes in ${key.length} characters is KeyTooLongError`, ERRORS, (s3) =>
      s3.call(
        'PutObject',
        { Key: key, Body: 'x' },
        { status: 400, code: 'KeyTooLongError', message: 'Your key is too long', Size: '1025', MaxSizeAllowed: '1024' },
      ),
    ),
  ),
  behaviour('a key that climbs out of the bucket is refused', guide('object-keys'), async (s3) => {
    await s3.call('PutObject', { Key: '../../escape', Body: 'x' }, { status: 400 });
    await s3.call('PutObject', { Key: 'a/../../../escape', Body: 'x' }, { status: 400 });
  }),
];
