import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { type JWK, type JWTPayload, SignJWT } from 'jose';
import { type Certificate, loadAuthority } from '../../local/tls/authority.ts';

/** For whom tokens are meant. */
export const AUDIENCE = 'orderflow';
/** Longer than any test takes. */
const LIFETIME_SECONDS = 600;

/** How key pairs are made, by the algorithm that they sign with. */
export const KINDS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

/** A key that tokens are signed with, and what the issuer publishes of it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: keyof typeof KINDS;
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

/** A new key with a name of its own, or with one that is another key's. */
export function signingKey(alg: SigningKey['alg'] = 'RS256', kid: string = randomUUID()): SigningKey {
  const { publicKey, privateKey } = KINDS[alg]();
  return { kid, alg, privateKey, jwk: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, use: 'sig' } };
}

/** A certificate that this process trusts until `forget` is called. */
export async function trustedCertificate(): Promise<{ certificate: Certificate; forget: () => void }> {
  const authority = await loadAuthority(mkdtempSync(join(tmpdir(), 'orderflow-issuer-')), 'public');
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, authority.certificatePem]);
  return { certificate: await authority.issue('issuer'), forget: () => tls.setDefaultCACertificates(before) };
}

/** An OpenID Connect provider on a free port of this machine, for as much of it as an API asks: its metadata and its keys. */
export class Issuer {
  readonly #server: Server;
  /** What it publishes, oldest first. */
  keys: SigningKey[] = [signingKey()];
  /** What its metadata say instead of the truth. */
  metadata: Record<string, unknown> = {};
  /** How questions are answered while it is set. */
  fault: 'status' | 'hang-up' | 'silence' | 'nonsense' | 'redirect' | undefined;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** How its token endpoint responds, which a page uses. */
  tokenResponse = { status: 404, body: {} };
  /** What its token endpoint was asked. */
  readonly tokenRequests: URLSearchParams[] = [];

  private constructor(certificate: Certificate) {
    this.#server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      if (this.fault === 'silence') return;
      if (this.fault === 'hang-up') return void request.socket.destroy();
      if (this.fault === 'status') return void response.writeHead(500).end();
      if (this.fault === 'redirect') return void response.writeHead(302, { Location: `${this.url}/elsewhere` }).end();
      if (this.fault === 'nonsense') return void response.end('<html>');
      if (path === '/token') return void this.#respondWithTokens(request, response);
      const document = this.#documents()[path];
      if (document === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
    });
  }

  /** @param certificate one of an authority that those who ask trust */
  static async start(certificate: Certificate): Promise<Issuer> {
    const issuer = new Issuer(certificate);
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

  /** How often it was asked for its keys. */
  get keysAsked(): number {
    return this.asked.filter((path) => path === '/keys').length;
  }

  /**
   * A token of this issuer, but for what is changed.
   *
   * @param claims beside those that every token has, or instead of them
   */
  async token(
    claims: JWTPayload = {},
    { key = this.key, header = {} }: { key?: SigningKey; header?: object } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const lifetime = { iat: now, exp: now + LIFETIME_SECONDS };
    // An id makes each token another one, even within a second: responses about it cannot come from a cache.
    return new SignJWT({ iss: this.url, aud: AUDIENCE, sub: 'alice', jti: randomUUID(), ...lifetime, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  /** Signs with a new key from now on. The one before stays published for those who hold its tokens, older ones go. */
  rotate(): void {
    this.keys = [this.key, signingKey()];
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #respondWithTokens(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tokenRequests.push(new URLSearchParams(await text(request)));
    const { status, body } = this.tokenResponse;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }

  #documents(): Record<string, object> {
    return {
      '/.well-known/openid-configuration': { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.metadata },
      '/keys': { keys: this.keys.map(({ jwk }) => jwk) },
    };
  }
}

function fail(message: string): never {
  throw new Error(message);
}
