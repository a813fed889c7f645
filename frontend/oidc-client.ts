import * as oauth from 'oauth4webapi';
import { claimsOf } from './claims.ts';

/** How the page's readers sign in at the issuer. */
export interface SignInSettings {
  readonly issuer: string;
  /** For whom the API's tokens are meant. */
  readonly audience: string;
  readonly clientId: string;
  /** Separated by blanks; `openid`, and `offline_access` where the issuer supports it, when undefined. */
  readonly scopes?: string | undefined;
  /** Which token the API takes. */
  readonly sentToken: 'access' | 'id';
}

/** What the page has from a sign-in. */
export interface Grant {
  /** What is sent to the API. */
  readonly token: string;
  /** When the token is renewed, by the clock of this machine, in milliseconds since 1970; undefined when nobody said how long it is good. */
  readonly renewAt?: number | undefined;
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
}

/** What one sign-in has to be completed with: nobody else can know it. */
export interface Secrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** A sign-in that failed; the message is a sentence for the reader. */
export class SignInError extends Error {
  override name = 'SignInError';
  /** Whether the issuer refuses: asking again the same way is no use. */
  readonly isRefusal: boolean;

  constructor(message: string, options: { isRefusal: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.isRefusal = options.isRefusal;
  }
}

const TIMEOUT_MS = 10_000;
/** Before a token expires: a request takes a while to arrive. */
const RENEWED_BEFORE_SECONDS = 30;
/** Clocks of readers' machines are off by minutes now and then. */
const CLOCK_TOLERANCE_SECONDS = 300;

export function newSecrets(): Secrets {
  return {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
  };
}

/**
 * The issuer, to a page that is its public client: authorization code with PKCE, renewed by refresh token. Every method
 * throws SignInError.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 * @see https://www.rfc-editor.org/rfc/rfc7636
 */
export class OidcClient {
  readonly #settings: SignInSettings;
  readonly #page: string;
  readonly #client: oauth.Client;
  #server: Promise<oauth.AuthorizationServer> | undefined;

  /** @param page the page's own address, without query and fragment: where the issuer sends its readers back to */
  constructor(settings: SignInSettings, page: string) {
    this.#settings = settings;
    this.#page = page;
    this.#client = { client_id: settings.clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS };
  }

  /** Where the reader signs in. */
  authorizationUrl({ state, nonce, codeVerifier }: Secrets): Promise<string> {
    const { audience, clientId, scopes, sentToken } = this.#settings;
    return this.#ask(async (server) => {
      const offline = server.scopes_supported?.includes('offline_access') ? ' offline_access' : '';
      return withParameters(server.authorization_endpoint ?? '', {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: this.#page,
        scope: scopes ?? `openid${offline}`,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        // Not a parameter of the standard, but what Auth0 and others decide by for which API an access token is.
        ...(sentToken === 'access' ? { audience } : {}),
      });
    });
  }

  /** @param response what the issuer added to the page's address */
  redeem(response: URLSearchParams, { state, nonce, codeVerifier }: Secrets): Promise<Grant> {
    return this.#ask(async (server) => {
      const checked = oauth.validateAuthResponse(server, this.#client, response, state);
      const answer = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        oauth.None(),
        checked,
        this.#page,
        codeVerifier,
        { signal: AbortSignal.timeout(TIMEOUT_MS) },
      );
      const options = { expectedNonce: nonce, requireIdToken: true };
      return this.#toGrant(await oauth.processAuthorizationCodeResponse(server, this.#client, answer, options));
    });
  }

  /** Exchanges the refresh token. An issuer that rotates them sends another one along. */
  renew(grant: Grant & { readonly refreshToken: string }): Promise<Grant> {
    return this.#ask(async (server) => {
      const options = { signal: AbortSignal.timeout(TIMEOUT_MS) };
      const { refreshToken, idToken } = grant;
      const answer = await oauth.refreshTokenGrantRequest(server, this.#client, oauth.None(), refreshToken, options);
      const renewed = this.#toGrant(await oauth.processRefreshTokenResponse(server, this.#client, answer));
      // https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse
      if (claimsOf(renewed.token).sub !== claimsOf(grant.token).sub) {
        throw new SignInError('The identity provider responded with somebody else’s token. Sign in again.', {
          isRefusal: true,
        });
      }
      return { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken, idToken: renewed.idToken ?? idToken };
    });
  }

  /**
   * Where the reader signs out at the issuer, which sends them back; undefined when it has no such place. Cognito calls
   * the parameter for the way back `logout_uri`.
   *
   * @see https://openid.net/specs/openid-connect-rpinitiated-1_0.html
   * @see https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
   */
  endSessionUrl(idToken: string | undefined): Promise<string | undefined> {
    return this.#ask(async (server) => {
      if (server.end_session_endpoint === undefined) return undefined;
      return withParameters(server.end_session_endpoint, {
        client_id: this.#settings.clientId,
        post_logout_redirect_uri: this.#page,
        logout_uri: this.#page,
        ...(idToken === undefined ? {} : { id_token_hint: idToken }),
      });
    });
  }

  #toGrant(response: oauth.TokenEndpointResponse): Grant {
    const { access_token: accessToken, id_token: idToken, refresh_token: refreshToken, expires_in } = response;
    const token = this.#settings.sentToken === 'id' ? idToken : accessToken;
    if (token === undefined) {
      throw new SignInError('The identity provider sent no ID token. Ask the operator of this page.', {
        isRefusal: true,
      });
    }
    const { exp, iat } = claimsOf(token);
    // Its lifetime rather than its end: the issuer's clock may be another than this machine's.
    const lifetime = typeof exp === 'number' && typeof iat === 'number' ? exp - iat : expires_in;
    if (lifetime === undefined) return { token, refreshToken, idToken };
    const seconds = Math.max(lifetime - RENEWED_BEFORE_SECONDS, lifetime / 2);
    return { token, renewAt: Date.now() + seconds * 1_000, refreshToken, idToken };
  }

  async #ask<T>(request: (server: oauth.AuthorizationServer) => Promise<T>): Promise<T> {
    this.#server ??= this.#discover();
    try {
      return await request(await this.#server);
    } catch (error) {
      // Nothing is remembered that may have been a passing fault.
      this.#server = undefined;
      throw error instanceof SignInError ? error : toSignInError(error);
    }
  }

  async #discover(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.#settings.issuer);
    const answer = await oauth.discoveryRequest(issuer, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return oauth.processDiscoveryResponse(issuer, answer);
  }
}

/** Faults of whatever stands between the page and the issuer. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  oauth.RESPONSE_IS_NOT_CONFORM,
  oauth.RESPONSE_IS_NOT_JSON,
  oauth.PARSE_ERROR,
]);

function withParameters(address: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

function toSignInError(cause: unknown): SignInError {
  const refuse = (sentence: string) => new SignInError(`${sentence} Sign in again.`, { isRefusal: true, cause });
  if (cause instanceof oauth.AuthorizationResponseError) {
    return refuse(`The identity provider did not sign you in: ${endless(cause.error_description ?? cause.error)}.`);
  }
  if (cause instanceof oauth.ResponseBodyError && cause.status < 500 && cause.status !== 429) {
    return refuse(`The identity provider refused: ${endless(cause.error_description ?? cause.error)}.`);
  }
  if (cause instanceof oauth.OperationProcessingError && !PASSING.has(cause.code)) {
    return refuse(
      cause.code === oauth.JWT_TIMESTAMP_CHECK
        ? 'The clock of this machine and that of the identity provider are minutes apart. Set it.'
        : 'The response of the identity provider is not valid, or does not belong to this sign-in.',
    );
  }
  return new SignInError('The identity provider does not respond. Try again.', { isRefusal: false, cause });
}

const endless = (sentence: string) => sentence.replace(/\.$/, '');
