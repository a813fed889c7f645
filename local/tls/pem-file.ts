import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Certificate } from './certificates.ts';

/** Reads a certificate and its key from one file; undefined when it is missing or damaged. */
export function readPem(path: string): Certificate | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [certificatePem] = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/) ?? [];
  const [keyPem] = text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/) ?? [];
  return certificatePem && keyPem && belongTogether(certificatePem, keyPem) ? { certificatePem, keyPem } : undefined;
}

/** Writes both to one file, readable by its owner alone and replaced atomically. */
export function writePem(path: string, certificate: Certificate): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, `${certificate.certificatePem}\n${certificate.keyPem}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** Whether a certificate stays valid for the margin and, if one is given, was issued by this authority. */
export function isCurrent(certificate: Certificate, now: Date, marginMs: number, authorityPem?: string): boolean {
  const parsed = new X509Certificate(certificate.certificatePem);
  if (parsed.validToDate.getTime() - now.getTime() < marginMs) return false;
  // The clock may have been set back.
  if (parsed.validFromDate > now) return false;
  return authorityPem === undefined || parsed.verify(new X509Certificate(authorityPem).publicKey);
}

function belongTogether(certificatePem: string, keyPem: string): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}
