import { expect, it } from 'vitest';
import { UserError } from '../../../tooling/errors.ts';
import { assertNoShellCharacters } from './binaries.ts';

it.each(['$', '"', '`', '\\'])("Postgres's programs are refused below a folder with %s in its name", (character) => {
  expect(() => assertNoShellCharacters(`/home/a${character}b/initdb`)).toThrow(UserError);
});

it.each(['/home/a b/initdb', "/home/it's/initdb", '/home/ünï/initdb'])("Postgres's programs may be at %s", (path) => {
  expect(() => assertNoShellCharacters(path)).not.toThrow();
});
