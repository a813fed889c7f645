const ALPHABET = '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Every beginning that a user id can have, of one to three characters in upper case, in the order of bytes. */
export function everyKey(): string[] {
  return [...LETTERS].flatMap((first) => [
    first,
    ...[...ALPHABET].flatMap((second) => [first + second, ...[...ALPHABET].map((third) => first + second + third)]),
  ]);
}
