import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt, validateJwtFields } from 'aws-jwt-verify/jwt';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { CLOCK_SKEW_SECONDS } from '../../domain/caller.ts';
import { withDeadline } from '../../domain/deadline.ts';
import { InvalidTokenError, IssuerUnavailableError } from '../../domain/errors.ts';
import type { Claims, Log, TokenVerifier } from '../../domain/ports.ts';
import { FetchPause } from './fetch-pause.ts';
import { discoverKeysUri, issuerFetcher } from './issuer-documents.ts';
import { describeRefusal } from './refusals.ts';

/** For discovery, keys and the pause before keys are fetched again. */
const TOTAL_MS = 5_000;
/** A key that its issuer withdrew must not be accepted for the life of an execution environment. */
const KEYS_MAXIMUM_AGE_MS = 15 * 60_000;
const RENEWAL_PAUSE_MS = 30_000;

/** Both are compared literally. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
}

interface Issuer {
  readonly keysUri: string;
  readonly verifier: ReturnType<typeof createVerifier>;
}

/**
 * Verifies JWTs of an OpenID Connect provider, signed with RSA, ECDSA or EdDSA by a key that it publishes. Discovers the keys
 * with the first token and keeps them; fetches them again when a token names an unknown one or when they are old. While the
 * issuer is down, the known keys remain in use.
 */
export class OidcTokenVerifier implements TokenVerifier {
  readonly #rules: TokenRules;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #keys = new SimpleJwksCache({ fetcher: issuerFetcher, penaltyBox: new FetchPause() });
  #issuer: Promise<Issuer> | undefined;
  #renewKeysAt = 0;

  /** @param now milliseconds, for the age of keys; tokens are checked by the system clock */
  constructor(rules: TokenRules, log: Log, now: () => number = Date.now) {
    this.#rules = rules;
    this.#log = log;
    this.#now = now;
  }

  async verify(token: string): Promise<Claims> {
    try {
      refuseByContent(token, this.#rules);
      return await withDeadline(TOTAL_MS, 'Verifying a token', this.#verifyWithKeys(token));
    } catch (error) {
      throw describeRefusal(error);
    }
  }

  async #verifyWithKeys(token: string): Promise<Claims> {
    const issuer = await this.#discover();
    await this.#renewKeys(issuer);
    const claims = await issuer.verifier.verify(token);
    // The library checks the expiry only if there is one.
    if (claims.exp === undefined) throw new InvalidTokenError('The token never expires.');
    return claims;
  }

  #discover(): Promise<Issuer> {
    this.#issuer ??= this.#askIssuer().catch((cause) => {
      this.#issuer = undefined;
      throw new IssuerUnavailableError('The issuer does not say where its keys are.', { cause });
    });
    return this.#issuer;
  }

  async #askIssuer(): Promise<Issuer> {
    const keysUri = await discoverKeysUri(this.#rules.issuer);
    return { keysUri, verifier: createVerifier(this.#rules, keysUri, this.#keys) };
  }

  async #renewKeys({ keysUri, verifier }: Issuer): Promise<void> {
    const isFirstTime = this.#renewKeysAt === 0;
    if (this.#now() < this.#renewKeysAt) return;
    try {
      verifier.cacheJwks(await this.#keys.getJwks(keysUri));
      this.#renewKeysAt = this.#now() + KEYS_MAXIMUM_AGE_MS;
    } catch (error) {
      if (isFirstTime) throw error;
      this.#renewKeysAt = this.#now() + RENEWAL_PAUSE_MS;
      this.#log.warn('the issuer does not respond; the known keys stay in use', { error });
    }
  }
}

/** Spares the issuer requests about tokens that would be refused whatever their key. @throws InvalidTokenError */
function refuseByContent(token: string, rules: TokenRules): void {
  const { header, payload } = decomposeUnverifiedJwt(token);
  // https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
  if ('crit' in header) throw new InvalidTokenError('The token requires extensions that are not supported.');
  // https://openid.net/specs/openid-connect-backchannel-1_0.html#CrossJWT
  if (header.typ === 'logout+jwt') throw new InvalidTokenError('The token is a logout token.');
  try {
    validateJwtFields(payload, { ...rules, graceSeconds: CLOCK_SKEW_SECONDS });
  } catch (error) {
    // The library fails to format dates out of range.
    throw error instanceof RangeError ? new InvalidTokenError('The token contains an invalid time.') : error;
  }
}

function createVerifier({ issuer, audience }: TokenRules, jwksUri: string, jwksCache: SimpleJwksCache) {
  return JwtVerifier.create({ issuer, audience, jwksUri, graceSeconds: CLOCK_SKEW_SECONDS }, { jwksCache });
}
