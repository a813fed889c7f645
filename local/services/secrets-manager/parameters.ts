import { z } from 'zod';
import { AwsError } from '../../aws-api/aws-error.ts';
import type { SecretValue } from './secret-versions.ts';

const MAX_VALUE_BYTES = 65_536;

const text = z
  .string()
  .min(1)
  .refine((value) => Buffer.byteLength(value) <= MAX_VALUE_BYTES, `must have at most ${MAX_VALUE_BYTES} bytes`);

/** A value, and the id of the version that it becomes. */
export const newValue = {
  SecretString: text.optional(),
  SecretBinary: z
    .base64()
    .refine(
      (value) => Buffer.byteLength(value, 'base64') <= MAX_VALUE_BYTES,
      `must have at most ${MAX_VALUE_BYTES} bytes`,
    )
    .optional(),
  ClientRequestToken: z.string().min(32).max(64).optional(),
};

type NewValue = z.output<z.ZodObject<typeof newValue>>;

/** The value that a call gives; undefined when it gives none. @throws AwsError when it gives text and bytes */
export function givenValue({ SecretString, SecretBinary }: NewValue): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) throw eitherOr();
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}

export function eitherOr(): AwsError {
  return new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
}

/** The id of the new version, which SDKs make up for each call. @throws AwsError when it is missing */
export function requiredToken({ ClientRequestToken }: NewValue): string {
  if (ClientRequestToken !== undefined) return ClientRequestToken;
  throw new AwsError(
    'InvalidRequestException',
    'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  );
}

/** @throws AwsError `ValidationException` unless a secret may have this name, or this is an ARN */
export function requireName(nameOrArn: string): void {
  if (nameOrArn.startsWith('arn:') || /^[\w/+=.@!-]{1,512}$/.test(nameOrArn)) return;
  throw new AwsError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}
