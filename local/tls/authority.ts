import { join } from 'node:path';
import { type Certificate, makeAuthority, makeServerCertificate } from './certificates.ts';
import { isCurrent, readPem, writePem } from './pem-file.ts';

export type { Certificate } from './certificates.ts';

/** A certificate authority that exists on this machine alone. */
export interface Authority {
  /** What a client has to trust. */
  readonly certificatePem: string;
  /**
   * A server certificate, the one of an earlier run while it is valid for a while yet.
   *
   * @param commonName what the certificate is for; letters, digits and dashes
   */
  issue(commonName: string): Promise<Certificate>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFETIME_MS = 5 * 365 * DAY_MS;
const SERVER_LIFETIME_MS = 397 * DAY_MS;
/** Longer than anybody keeps a run going. */
const RENEWAL_MARGIN_MS = 60 * DAY_MS;

/**
 * Loads an authority, or makes it when it is missing, unreadable or about to expire. A new authority issues new server
 * certificates, since the old ones do not lead to it.
 *
 * A run keeps its two in `<data folder>/tls`: `rds`, which the databases' certificates come from, and `public`, which its functions
 * trust as Node trusts the authorities of the internet. Certificate and key are in one file, `<name>/authority.pem`. Whoever wants a
 * server of their own to be reached by functions, such as an issuer of tokens at `https://localhost:<port>`, loads `public` from
 * there and has it issue a certificate.
 *
 * @param dir folder that keeps it and its certificates between runs; files in it are readable by their owner alone
 * @param now for tests
 */
export async function loadAuthority(dir: string, name: string, now = new Date()): Promise<Authority> {
  const path = (file: string) => join(dir, name, `${file}.pem`);
  const kept = readPem(path('authority'));
  const authority =
    kept && isCurrent(kept, now, RENEWAL_MARGIN_MS)
      ? kept
      : await makeAuthority(`OrderFlow local ${name}`, now, AUTHORITY_LIFETIME_MS);
  if (authority !== kept) writePem(path('authority'), authority);

  return {
    certificatePem: authority.certificatePem,
    async issue(commonName) {
      const issued = readPem(path(`server-${commonName}`));
      if (issued && isCurrent(issued, now, RENEWAL_MARGIN_MS, authority.certificatePem)) return issued;
      const certificate = await makeServerCertificate(authority, commonName, now, SERVER_LIFETIME_MS);
      writePem(path(`server-${commonName}`), certificate);
      return certificate;
    },
  };
}
