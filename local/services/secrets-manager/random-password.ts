import { randomInt } from 'node:crypto';
import { z } from 'zod';

/** CloudFormation may pass flags as text. */
const flag = z.boolean().or(z.stringbool()).optional();

/** Named as in CloudFormation's `GenerateSecretString` and Secrets Manager's `GetRandomPassword`. */
export const passwordRules = z.object({
  PasswordLength: z.coerce.number().int().min(1).max(4096).optional(),
  ExcludeCharacters: z.string().optional(),
  ExcludeNumbers: flag,
  ExcludePunctuation: flag,
  ExcludeUppercase: flag,
  ExcludeLowercase: flag,
  IncludeSpace: flag,
  RequireEachIncludedType: flag,
});

export type PasswordRules = z.output<typeof passwordRules>;

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * A random password, by default 32 characters with at least one of each kind.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 *
 * @throws RangeError when the rules leave no characters, or the password is too short to have one of each kind
 */
export function randomPassword(rules: PasswordRules = {}): string {
  const length = rules.PasswordLength ?? 32;
  const kinds = [
    rules.ExcludeLowercase ? '' : LOWERCASE,
    rules.ExcludeUppercase ? '' : LOWERCASE.toUpperCase(),
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : PUNCTUATION,
    rules.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !rules.ExcludeCharacters?.includes(character)))
    .filter((kind) => kind.length > 0);
  const requiredKinds = (rules.RequireEachIncludedType ?? true) ? kinds : [];
  if (kinds.length === 0 || length < requiredKinds.length) {
    throw new RangeError('The password rules leave no characters to choose from, or the length does not fit them.');
  }
  const all = kinds.flat();
  return shuffled(Array.from({ length }, (_, place) => pick(requiredKinds[place] ?? all))).join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

function shuffled(characters: readonly string[]): string[] {
  const rest = [...characters];
  return characters.map(() => rest.splice(randomInt(rest.length), 1)[0] ?? '');
}
