import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Certificate, loadAuthority } from './authority.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const newDir = () => mkdtempSync(join(tmpdir(), 'authority-'));

/** Connects to a server with the certificate and tells whether the client trusts it. */
async function isTrusted(certificate: Certificate, ca: string, host: string): Promise<boolean> {
  const server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, servername: host }, () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.resume();
  });
}

describe('a local certificate authority', () => {
  it('issues certificates that its clients trust for localhost and for no other name', async () => {
    const authority = await loadAuthority(newDir(), 'rds');
    const certificate = await authority.issue('shard1');
    expect(await isTrusted(certificate, authority.certificatePem, 'localhost')).toBe(true);
    expect(await isTrusted(certificate, authority.certificatePem, 'example.com')).toBe(false);
    expect(new X509Certificate(certificate.certificatePem).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
  });

  it('is not trusted for what another authority issued', async () => {
    const dir = newDir();
    const [rds, trusted] = await Promise.all([loadAuthority(dir, 'rds'), loadAuthority(dir, 'public')]);
    expect(await isTrusted(await rds.issue('shard1'), trusted.certificatePem, 'localhost')).toBe(false);
  });

  it('stays the same between runs, with its certificates', async () => {
    const dir = newDir();
    const first = await loadAuthority(dir, 'rds');
    const certificate = await first.issue('shard1');
    const second = await loadAuthority(dir, 'rds');
    expect(second.certificatePem).toBe(first.certificatePem);
    expect(await second.issue('shard1')).toEqual(certificate);
  });

  it('renews a server certificate before it expires', async () => {
    const dir = newDir();
    const lastYear = await loadAuthority(dir, 'rds', new Date(Date.now() - 350 * DAY_MS));
    const certificate = await lastYear.issue('shard1');
    const today = await loadAuthority(dir, 'rds');
    const renewed = await today.issue('shard1');
    expect(renewed).not.toEqual(certificate);
    expect(today.certificatePem).toBe(lastYear.certificatePem);
    expect(await isTrusted(renewed, today.certificatePem, 'localhost')).toBe(true);
  });

  it('renews itself before it expires, and then its server certificates', async () => {
    const dir = newDir();
    const first = await loadAuthority(dir, 'rds', new Date(Date.now() - 5 * 365 * DAY_MS + 30 * DAY_MS));
    await first.issue('shard1');
    const second = await loadAuthority(dir, 'rds');
    expect(second.certificatePem).not.toBe(first.certificatePem);
    expect(await isTrusted(await second.issue('shard1'), second.certificatePem, 'localhost')).toBe(true);
  });

  it('replaces a file that a crash or a full disk damaged', async () => {
    const dir = newDir();
    await (await loadAuthority(dir, 'rds')).issue('shard1');
    truncateSync(join(dir, 'rds', 'authority.pem'), 700);
    const mended = await loadAuthority(dir, 'rds');
    expect(await isTrusted(await mended.issue('shard1'), mended.certificatePem, 'localhost')).toBe(true);
  });

  it('keeps its keys from everyone but their owner', async () => {
    const dir = newDir();
    await (await loadAuthority(dir, 'rds')).issue('shard1');
    const modes = readdirSync(join(dir, 'rds')).map((file) => statSync(join(dir, 'rds', file)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
  });
});
