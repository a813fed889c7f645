import type { IncomingMessage } from 'node:http';

/** `http://host` before the path: clients of a proxy name the server in the request's target. */
const AUTHORITY = /^https?:\/\/([^/?#]*)/i;

/** RFC 3986, section 3.2.2, with an optional port: a name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/** Path and query of a request's target, whatever form it has: RFC 9112, section 3.2. `*` stands for the server: `/`. */
export function originForm(target = '/'): string {
  const path = target.replace(AUTHORITY, '');
  if (path.startsWith('?')) return `/${path}`;
  return path.startsWith('/') ? path : '/';
}

/**
 * The host that a request is for, with its port if it has one: the target's, else that of the `Host` header. Undefined when
 * an HTTP/1.0 request names none.
 *
 * @throws Error when the `Host` header is missing, repeated or malformed, for which a server must respond with 400:
 *   RFC 9112, section 3.2
 */
export function requestedHost({ url = '/', httpVersion, headersDistinct }: IncomingMessage): string | undefined {
  const hosts = headersDistinct.host ?? [];
  if (hosts.length > 1) throw new Error('more than one Host header');
  if (hosts.length === 0 && httpVersion !== '1.0') throw new Error('no Host header');
  const host = AUTHORITY.exec(url)?.[1] ?? hosts[0];
  for (const name of [host, ...hosts]) if (name !== undefined && !HOST.test(name)) throw new Error('malformed host');
  return host;
}
