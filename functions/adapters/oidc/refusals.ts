import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
} from 'aws-jwt-verify/error';
import {
  DeadlineExceededError,
  InvalidTokenError,
  IssuerUnavailableError,
  OrderFlowError,
} from '../../domain/errors.ts';

/** Worded here, since the library's messages quote the token. */
const REASONS: readonly [new (...parameters: never[]) => JwtBaseError, string][] = [
  [JwtParseError, 'is not a JWT'],
  [JwtExpiredError, 'has expired'],
  [JwtNotBeforeError, 'is not valid yet'],
  [JwtInvalidIssuerError, 'is from another issuer'],
  [JwtInvalidAudienceError, 'is meant for another audience'],
  [JwtInvalidSignatureAlgorithmError, 'is signed with an algorithm that is not accepted'],
  [JwtWithoutValidKidError, 'names no key'],
  [KidNotFoundInJwksError, 'names a key that its issuer does not have'],
  [JwtInvalidSignatureError, 'has an invalid signature'],
];

const FAULTS_OF_THE_ISSUER = [FetchError, JwksValidationError, JwkValidationError, DeadlineExceededError];

/** Maps a failure to verify a token to an error of the application. */
export function describeRefusal(error: unknown): unknown {
  if (FAULTS_OF_THE_ISSUER.some((fault) => error instanceof fault)) {
    return new IssuerUnavailableError('The issuer did not provide its keys.', { cause: error });
  }
  if (error instanceof OrderFlowError) return error;
  if (error instanceof JwtBaseError || isRefusedByCrypto(error)) {
    const [, reason = 'cannot be verified'] = REASONS.find(([refusal]) => error instanceof refusal) ?? [];
    return new InvalidTokenError(`The token ${reason}.`);
  }
  return error;
}

/** Node throws for a signature of impossible length, and for an algorithm that does not fit the key. */
function isRefusedByCrypto(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^ERR_(CRYPTO|OSSL)_/.test(code);
}
