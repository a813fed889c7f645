import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type JWK, SignJWT } from 'jose';

export const AUDIENCE = 'orderflow';

/** A key pair under its name. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

/** How pairs are made, by the algorithm that they sign with. */
export const KINDS: Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }> = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

/** A new key of that kind. */
export function signingKey(alg = 'RS256'): SigningKey {
  const { publicKey, privateKey } = (KINDS[alg] as (typeof KINDS)[string])();
  const kid = randomUUID();
  return { kid, alg, privateKey, jwk: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, use: 'sig' } };
}

/** An OpenID Connect provider on a free port of this machine. */
export class TestIssuer {
  readonly #server: Server;
  /** What the discovery document says; the address of the server unless a test changes it. */
  metadata: Record<string, unknown> = {};
  keys: SigningKey[] = [signingKey()];
  /** How the next questions are answered instead of with what they ask for. */
  fault: 'status' | 'hang-up' | 'silence' | 'nonsense' | 'redirect' | undefined;
  readonly asked: string[] = [];

  constructor(certificate: { readonly certificatePem: string; readonly keyPem: string }) {
    this.#server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (request, response) => {
      this.asked.push(request.url ?? '');
      if (this.fault === 'silence') return;
      if (this.fault === 'hang-up') return void request.socket.destroy();
      if (this.fault === 'status') return void response.writeHead(500).end();
      if (this.fault === 'redirect') return void response.writeHead(302, { Location: `${this.url}/elsewhere` }).end();
      if (this.fault === 'nonsense') return void response.end('<html>');
      const isDiscovery = request.url === '/.well-known/openid-configuration';
      response.end(JSON.stringify(isDiscovery ? this.#discovery() : { keys: this.keys.map(({ jwk }) => jwk) }));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  get keysAsked(): number {
    return this.asked.filter((path) => path === '/keys').length;
  }

  /** A token as this issuer signs them, but for what a test changes. */
  token(claims: Record<string, unknown> = {}, { key = this.keys[0] as SigningKey, header = {} } = {}): Promise<string> {
    return new SignJWT({
      iss: this.url,
      aud: AUDIENCE,
      sub: 'alice',
      exp: Math.floor(Date.now() / 1000) + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  #discovery() {
    return { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.metadata };
  }
}
