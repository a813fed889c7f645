import { AwsError } from '../../aws-api/aws-error.ts';
import { REGION } from '../../aws-identity.ts';
import type { StatedSignature } from './stated-signature.ts';

const MAX_CLOCK_SKEW_MS = 15 * 60 * 1000;

/**
 * Checks that a signature is for this Region, for the day of its request, and not too old. S3 words it in its own way.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 *
 * @throws AwsError
 */
export function checkScope(stated: StatedSignature, now: Date): void {
  const signedAt = Date.parse(
    stated.timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (Number.isNaN(signedAt)) throw incomplete('X-Amz-Date must look like 20260131T235959Z');
  if (stated.region !== REGION) throw wrongRegion(stated);
  if (!stated.timestamp.startsWith(stated.date)) throw wrongDay(stated);
  const ageMs = now.getTime() - signedAt;
  const { expiresSeconds } = stated;
  if (ageMs < -MAX_CLOCK_SKEW_MS || (expiresSeconds === undefined && ageMs > MAX_CLOCK_SKEW_MS)) {
    throw skewed(stated, ageMs, now);
  }
  if (expiresSeconds !== undefined && ageMs > expiresSeconds * 1000) throw expired(signedAt, expiresSeconds, now);
}

function wrongRegion(stated: StatedSignature): AwsError {
  const { service, region } = stated;
  if (service !== 's3') return mismatch(`Credential should be scoped to a valid region, not '${region}'.`);
  return malformedCredential(stated, `the region '${region}' is wrong; expecting '${REGION}'`, { Region: REGION });
}

function wrongDay(stated: StatedSignature): AwsError {
  const { service, date, timestamp } = stated;
  const day = timestamp.slice(0, 8);
  if (service === 's3') {
    return malformedCredential(
      stated,
      `Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${day}".`,
    );
  }
  const rule = 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP';
  return mismatch(`${rule}: '${date}' != '${day}', from '${timestamp}'.`);
}

function skewed({ service, timestamp }: StatedSignature, ageMs: number, now: Date): AwsError {
  if (service === 's3') {
    const message = 'The difference between the request time and the current time is too large.';
    const details = {
      RequestTime: timestamp,
      ServerTime: isoTime(now),
      MaxAllowedSkewMilliseconds: String(MAX_CLOCK_SKEW_MS),
    };
    return new AwsError('RequestTimeTooSkewed', message, 403, { details });
  }
  const [current, earliest, latest] = [0, -MAX_CLOCK_SKEW_MS, MAX_CLOCK_SKEW_MS].map((ms) =>
    basicIsoTime(new Date(now.getTime() + ms)),
  );
  return mismatch(
    ageMs > 0
      ? `Signature expired: ${timestamp} is now earlier than ${earliest} (${current} - 15 min.)`
      : `Signature not yet current: ${timestamp} is still later than ${latest} (${current} + 15 min.)`,
  );
}

function expired(signedAt: number, expiresSeconds: number, now: Date): AwsError {
  const details = {
    'X-Amz-Expires': String(expiresSeconds),
    Expires: isoTime(new Date(signedAt + expiresSeconds * 1000)),
    ServerTime: isoTime(now),
  };
  return new AwsError('RequestExpired', 'Request has expired', 403, { details });
}

function isoTime(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '');
}

/** A time as signatures have it: `20260131T235959Z`. */
export function basicIsoTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** What is wrong about the query of a presigned URL, in S3's words. */
export function malformedQuery(message: string, details: Record<string, string> = {}): AwsError {
  return new AwsError('AuthorizationQueryParametersError', message, 400, { details });
}

export function incomplete(detail: string): AwsError {
  return new AwsError('IncompleteSignature', `The request signature is not complete: ${detail}.`, 403);
}

function malformedCredential(
  { expiresSeconds }: StatedSignature,
  what: string,
  details: Record<string, string> = {},
): AwsError {
  if (expiresSeconds !== undefined) {
    return malformedQuery(`Error parsing the X-Amz-Credential parameter; ${what}`, details);
  }
  const message = `The authorization header is malformed; ${what}`;
  return new AwsError('AuthorizationHeaderMalformed', message, 400, { details });
}

function mismatch(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', message, 403);
}
