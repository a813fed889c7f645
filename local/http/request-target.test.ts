import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { originForm, requestedHost } from './request-target.ts';

const request = (url: string, hosts: string[] | undefined, httpVersion = '1.1') =>
  ({ url, httpVersion, headersDistinct: hosts ? { host: hosts } : {} }) as unknown as IncomingMessage;

describe('the target of a request', () => {
  it.each([
    ['/a?b=c', '/a?b=c'],
    ['//a//b', '//a//b'],
    ['http://a.example/b?c', '/b?c'],
    ['https://a.example?c', '/?c'],
    ['http://a.example', '/'],
    ['*', '/'],
    ['ftp://a.example/b', '/'],
  ])('%s is the path and query %s', (target, expected) => expect(originForm(target)).toBe(expected));
});

describe('the host of a request', () => {
  it.each([
    ['localhost', ['localhost']],
    ['127.0.0.1:8080', ['127.0.0.1:8080']],
    ['[::1]:3000', ['[::1]:3000']],
    ['', ['']],
  ])('is "%s", as its header says', (host, hosts) => expect(requestedHost(request('/', hosts))).toBe(host));

  it('is the one in its target rather than that of the header', () => {
    expect(requestedHost(request('http://evil.example:81/', ['localhost']))).toBe('evil.example:81');
  });

  it('may be missing in HTTP/1.0', () => expect(requestedHost(request('/', undefined, '1.0'))).toBeUndefined());

  it.each([
    ['is missing', '/', undefined],
    ['is missing, but in the target', 'http://localhost/', undefined],
    ['comes twice', '/', ['localhost', 'localhost']],
    ['holds a space', '/', ['a b']],
    ['holds a slash', '/', ['a/b']],
    ['holds a user', '/', ['user@localhost']],
    ['has two ports', '/', ['localhost:80:81']],
    ['is no address in brackets', '/', ['[localhost]']],
    ['is a list', '/', ['a, b']],
    ['is malformed in the target', 'http://user@localhost/', ['localhost']],
    ['is malformed though the target has another', 'http://localhost/', ['a b']],
  ])('that %s is refused', (_case, url, hosts) => {
    expect(() => requestedHost(request(url, hosts))).toThrow(/host/i);
  });
});
