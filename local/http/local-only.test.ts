import { describe, expect, it } from 'vitest';
import { call, servedBy } from './http-fixture.ts';
import { isLocalHost, localOnly } from './local-only.ts';

describe('a server for this machine only', () => {
  it.each(['localhost', 'LOCALHOST:80', 'bucket.s3.localhost:4566', '127.0.0.1:8080', '[::1]:3000'])(
    'is called %s',
    (host) => expect(isLocalHost(host)).toBe(true),
  );

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'notlocalhost',
    'localhost@evil.example',
    'evil.example/localhost',
    '127.0.0.1.evil.example',
    '1127.0.0.1',
    '0.0.0.0',
    '192.168.1.7',
    '[::1].evil.example',
    '.localhost',
    'localhost:80:80',
    'localhost localhost',
    '',
  ])('is not called "%s"', (host) => expect(isLocalHost(host)).toBe(false));

  it('does nothing for a request with a foreign host, and shows it nothing', async () => {
    let calls = 0;
    const { url } = await servedBy(
      localOnly((_, response) => {
        calls += 1;
        response.end('secret');
      }),
    );
    const refused = await call(url, 'POST', '/', { headers: { Host: 'evil.example' }, body: 'x'.repeat(1_000) });
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('localhost') });
    expect(calls).toBe(0);
    expect((await call(url, 'GET', 'http://evil.example/', { headers: { Host: 'localhost' } })).status).toBe(403);
    expect((await call(url, 'GET', '/', { headers: ['Host', 'localhost', 'Host', 'localhost'] })).status).toBe(400);
    expect(calls).toBe(0);
    expect(await call(url, 'GET', '/', { headers: { Host: 'localhost' } })).toMatchObject({ text: 'secret' });
  });
});
