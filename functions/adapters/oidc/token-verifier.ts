import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt, validateJwtFields } from 'aws-jwt-verify/jwt';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { CLOCK_SKEW_SECONDS } from '../../domain/caller.ts';
import { withDeadline } from '../../domain/deadline.ts';
import { InvalidTokenError, IssuerUnavailableError } from '../../domain/errors.ts';
import type { Claims, Log, TokenVerifier } from '../../domain/ports.ts';
import { type Stopwatch, startStopwatch } from '../../domain/stopwatch.ts';
import { FetchLimit } from './fetch-limit.ts';
import { discoverIssuer } from './issuer-documents.ts';
import { describeRefusal } from './refusals.ts';
import { refuseOtherKinds } from './token-kind.ts';

/** For discovery and keys. */
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
  readonly #fetches = new FetchLimit();
  readonly #keys = new SimpleJwksCache({ fetcher: this.#fetches, penaltyBox: this.#fetches });
  #issuer: Promise<Issuer> | undefined;
  /** Since keys were last asked for because of their age; undefined before they were read. */
  #sinceRenewal: Stopwatch | undefined;
  #renewAfterMs = 0;

  constructor(rules: TokenRules, log: Log) {
    this.#rules = rules;
    this.#log = log;
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
    await this.#fetches.wait();
    const { jwks_uri: keysUri } = await discoverIssuer(this.#rules.issuer, this.#fetches);
    return { keysUri, verifier: createVerifier(this.#rules, keysUri, this.#keys) };
  }

  async #renewKeys({ keysUri, verifier }: Issuer): Promise<void> {
    if (this.#sinceRenewal !== undefined && this.#sinceRenewal() < this.#renewAfterMs) return;
    try {
      if (this.#sinceRenewal === undefined) await this.#fetches.wait();
      verifier.cacheJwks(await this.#keys.getJwks(keysUri));
      this.#renewAfterMs = KEYS_MAXIMUM_AGE_MS;
    } catch (cause) {
      if (this.#sinceRenewal === undefined)
        throw new IssuerUnavailableError('The issuer did not provide its keys.', { cause });
      this.#renewAfterMs = RENEWAL_PAUSE_MS;
      this.#log.warn('the issuer does not respond; the known keys stay in use', { error: cause });
    }
    this.#sinceRenewal = startStopwatch();
  }
}

/** Spares the issuer requests about tokens that would be refused whatever their key. @throws InvalidTokenError */
function refuseByContent(token: string, rules: TokenRules): void {
  const { header, payload } = decomposeUnverifiedJwt(token);
  // https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
  if ('crit' in header) throw new InvalidTokenError('The token requires extensions that are not supported.');
  refuseOtherKinds(header, payload);
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
