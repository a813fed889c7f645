import { describe, expect, it } from 'vitest';
import { eventPattern } from './event-pattern.ts';

// What matches is as recorded from AWS: event_pattern_templates in LocalStack's repository.
const cases: [pattern: object, event: object, matches: boolean][] = [
  [{ a: ['x'] }, { a: 'x' }, true],
  [{ A: ['x'] }, { a: 'x' }, false],
  [{ a: [false] }, { a: false }, true],
  [{ a: [''] }, { a: '' }, true],
  [{ a: [null] }, { a: null }, true],
  [{ a: [null] }, { a: 'null' }, false],
  [{ a: [null] }, { a: [] }, false],
  [{ a: ['x', 'y'] }, { a: ['z', 'y'] }, true],
  [{ a: { b: ['x'] } }, { a: '{"b":"x"}' }, false],
  [{ a: { b: ['x'] } }, { 'a.b': 'x' }, true],
  [{ a: { b: ['x'] } }, { 'a.b': { b: 'x' } }, false],
  [{ 'a.b': ['x'] }, { a: { b: 'x' } }, true],
  [{ 'a.b': { b: ['x'] } }, { a: { b: 'x' } }, false],
  [{ a: { b: ['x'], c: ['y'] } }, { a: [{ b: 'x' }, { c: 'y' }] }, false],
  [{ a: { id: [{ exists: true }] } }, { a: [{ k: 1 }, { id: 'x' }] }, true],
  [{ a: [{ exists: true }] }, { a: { b: 'x' } }, false],
  [{ a: [{ exists: true }] }, { a: [] }, false],
  [{ a: { b: { c: [{ exists: false }] } } }, { a: { b: 'x' } }, true],
  [{ a: { b: [{ exists: false }] } }, {}, true],
  [{ a: { b: [{ exists: false }] } }, { a: { b: 'x' } }, false],
  [{ $or: [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { b: ['y'] }] }, { a: 5 }, true],
  [{ $or: [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { b: ['y'] }] }, { a: 0, b: 'y' }, true],
  [{ $or: [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { b: ['y'] }] }, { a: 0 }, false],
  [{ a: [{ numeric: ['=', 301.8] }] }, { a: 301.8 }, true],
  [{ a: [{ numeric: ['>', 100] }] }, { a: '300' }, false],
  [{ a: [{ numeric: ['>', 100] }] }, { a: null }, false],
  [{ a: [{ prefix: 'in' }] }, { a: 'init' }, true],
  [{ a: [{ prefix: '' }] }, { a: 'init' }, true],
  [{ a: [{ prefix: { 'equals-ignore-case': 'EventB' } }] }, { a: 'EvEnTbridge' }, true],
  [{ a: [{ suffix: '.PNG' }] }, { a: 'image.png' }, false],
  [{ a: [{ suffix: { 'equals-ignore-case': '.png' } }] }, { a: 'image.PNG' }, true],
  [{ a: [{ 'equals-ignore-case': 'alice' }] }, { a: ['ALICE'] }, true],
  [{ a: [{ 'equals-ignore-case': '' }] }, { a: 'x' }, false],
  [{ a: [{ 'anything-but': 'x' }] }, { a: null }, true],
  [{ a: [{ 'anything-but': 'x' }] }, {}, false],
  [{ a: [{ 'anything-but': [100, 200] }] }, { a: 100 }, false],
  [{ a: [{ 'anything-but': { prefix: ['init', 'post'] } }] }, { a: 'post-init' }, false],
  [{ a: [{ 'anything-but': { prefix: 'init' } }] }, { a: 12 }, true],
  [{ a: [{ 'anything-but': { suffix: ['.txt', '.jpg'] } }] }, { a: 'file.txt.bak' }, true],
  [{ a: [{ 'anything-but': { 'equals-ignore-case': ['stopped'] } }] }, { a: 'Stopped' }, false],
  [{ a: [{ 'anything-but': { wildcard: ['*/init/*'] } }] }, { a: 'dir/init/file' }, false],
  [{ a: [{ 'anything-but': ['roses'] }, { exists: false }] }, { b: 1 }, true],
  [{ a: [{ wildcard: '/Users/*/doc.txt' }] }, { a: '/Users/me/dir/doc.txt' }, true],
  [{ a: [{ wildcard: '/Users/*/doc.txt' }] }, { a: '/Users/me/notdoc.txt' }, false],
  [{ a: [{ wildcard: '*a*a' }] }, { a: 'a' }, false],
  [{ a: [{ wildcard: '\\*\\\\*' }] }, { a: '*\\x' }, true],
  [{ a: [{ wildcard: '' }] }, { a: 'x' }, false],
  [{ a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, true],
  [{ a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.256' }, false],
  [{ a: [{ cidr: '10.0.0.0/24' }] }, { a: 123 }, false],
  [{ a: [{ cidr: '2001:db8:1234:1a00::/64' }] }, { a: '2001:0db8:1234:1a00:0000:0000:0000:0001' }, true],
];

it.each(cases)('the pattern %j on %j: %s', (pattern, event, matches) => {
  expect(eventPattern(pattern)(event)).toBe(matches);
});

describe('a pattern is refused with the reason that AWS gives', () => {
  it.each([
    ['text', 'Filter is not an object'],
    [{ a: [] }, 'Empty arrays are not allowed'],
    [{ a: 42 }, '"a" must be an object or an array'],
    [{ a: [{ EXISTS: true }] }, 'Unrecognized match type EXISTS'],
    [{ a: [{ prefix: ['x'] }] }, 'prefix match pattern must be a string'],
    [{ a: [{ suffix: 123 }] }, 'suffix match pattern must be a string'],
    [{ a: [{ wildcard: 123 }] }, 'wildcard match pattern must be a string'],
    [{ a: [{ wildcard: 'a**b' }] }, 'Consecutive wildcard characters at pos 2'],
    [{ a: [{ 'equals-ignore-case': ['x'] }] }, 'equals-ignore-case match pattern must be a string'],
    [{ a: [{ 'anything-but': null }] }, 'Value of anything-but must be an array or single string/number value.'],
    [{ a: [{ 'anything-but': { prefix: '' } }] }, 'Null prefix/suffix not allowed'],
    [{ a: [{ 'anything-but': { suffix: [123] } }] }, 'prefix/suffix match pattern must be a string'],
    [{ a: [{ numeric: 10 }] }, 'Value of numeric must be an array.'],
    [{ a: [{ numeric: ['>', 0, '<'] }] }, 'Value of < must be numeric'],
    [{ a: [{ numeric: ['>', 0, '>', 0] }] }, 'Bad numeric range operator: >'],
    [{ a: [{ numeric: ['constructor', 0] }] }, 'Unrecognized numeric range operator: constructor'],
    [{ a: [{ cidr: 'bad-filter' }] }, "Malformed CIDR, one '/' required"],
    [{ a: [{ cidr: 'bad-/64filter' }] }, 'Malformed CIDR, mask bits must be an integer'],
    [{ a: [{ cidr: 'xx.11.xx/8' }] }, 'Nonstandard IP address: xx.11.xx'],
  ])('%j: %s', (pattern, reason) => {
    expect(() => eventPattern(pattern)).toThrow(reason);
  });
});
