import { port, setting } from '../../tooling/command-line.ts';

/** Of the issuer, for those who run it and those who ask it. */
export function issuerPortOption() {
  return setting('--issuer-port <port>', 'where the issuer listens').argParser(port).default(8443);
}
