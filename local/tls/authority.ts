import { join } from 'node:path';
import { type Certificate, makeAuthority, makeServerCertificate } from './certificates.ts';
import { isCurrent, readPem, writePem } from './pem-file.ts';

export type { Certificate } from './certificates.ts';

export interface Authority {
  readonly certificatePem: string;
  /** A server certificate for a name of letters, digits and dashes; an earlier run's if it is not about to expire. */
  issue(commonName: string): Promise<Certificate>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFETIME_MS = 5 * 365 * DAY_MS;
const SERVER_LIFETIME_MS = 397 * DAY_MS;
/** Longer than anybody keeps a run going. */
const RENEWAL_MARGIN_MS = 60 * DAY_MS;

/**
 * Loads an authority, or makes it when it is missing, unreadable or about to expire. A new authority issues new server
 * certificates.
 *
 * A run keeps two in `<data folder>/tls`: `rds`, for the databases, and `public`, which its functions trust as Node trusts the
 * authorities of the internet. Certificate and key are in one file, `<name>/authority.pem`. A server of your own that functions
 * should reach, such as an issuer of tokens at `https://localhost:<port>`, needs a certificate issued by `public`.
 *
 * @param dir keeps it and its certificates between runs, in files that only their owner can read
 * @param now for tests
 */
export async function loadAuthority(dir: string, name: string, now = new Date()): Promise<Authority> {
  const path = (file: string) => join(dir, name, `${file}.pem`);
  const kept = readPem(path('authority'));
  const authority =
    kept && isCurrent(kept, now, RENEWAL_MARGIN_MS)
      ? kept
      : await makeAuthority(`Local run ${name}`, now, AUTHORITY_LIFETIME_MS);
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

/** The two authorities of a run, each loaded when it is first asked for. */
export type Authorities = (name: 'rds' | 'public') => Promise<Authority>;

/** @param dir as for {@link loadAuthority} */
export function authoritiesIn(dir: string): Authorities {
  const loaded = new Map<string, Promise<Authority>>();
  return (name) => {
    const authority = loaded.get(name) ?? loadAuthority(dir, name);
    loaded.set(name, authority);
    return authority;
  };
}
