import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { Authority } from '../local/tls/authority.ts';

const ALGORITHM = 'ES256';
/** Longer than any test takes. */
const LIFETIME_SECONDS = 600;

/** A key that tokens are signed with, and what the issuer publishes of it. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
}

/** A new key with a name of its own, or with one that is another key's. */
export async function newSigningKey(kid: string = randomUUID()): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' } };
}

/** An OpenID Connect provider on a free port of this machine, for as much of it as an API asks: its metadata and its keys. */
export class Issuer {
  readonly #server: Server;
  /** What it publishes, oldest first. */
  readonly keys: SigningKey[];
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** While true, whoever connects is hung up on. */
  down = false;

  private constructor(certificate: { certificatePem: string; keyPem: string }, keys: SigningKey[]) {
    this.keys = keys;
    this.#server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (request, response) => {
      this.asked.push(request.url ?? '');
      const document = this.#documents()[request.url ?? ''];
      if (this.down) request.socket.destroy();
      else if (document === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
    });
  }

  /** @param authority one that those who ask trust */
  static async start(authority: Authority): Promise<Issuer> {
    const keys = await Promise.all([newSigningKey(), newSigningKey()]);
    const issuer = new Issuer(await authority.issue('issuer'), keys);
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  /** What its tokens call it. */
  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The key that it signs with: the newest. */
  get key(): SigningKey {
    return this.keys.at(-1) ?? fail('an issuer always has a key');
  }

  /**
   * A token of this issuer, but for what is changed.
   *
   * @param claims beside `iss`, `iat` and `exp`, or instead of them
   */
  async token(
    claims: JWTPayload,
    { key = this.key, header = {} }: { key?: SigningKey; header?: Partial<JWTHeaderParameters> } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    // An id makes each token another one, even within a second: answers about it cannot come from a cache.
    return new SignJWT({ iss: this.url, iat: now, exp: now + LIFETIME_SECONDS, jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.jwk.kid, ...header })
      .sign(key.privateKey);
  }

  /** Signs with a new key from now on. The one before stays published for those who hold its tokens, older ones go. */
  async rotate(): Promise<void> {
    this.keys.push(await newSigningKey());
    this.keys.splice(0, this.keys.length - 2);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #documents(): Record<string, object> {
    return {
      '/.well-known/openid-configuration': { issuer: this.url, jwks_uri: `${this.url}/keys` },
      '/keys': { keys: this.keys.map(({ jwk }) => jwk) },
    };
  }
}

function fail(message: string): never {
  throw new Error(message);
}
