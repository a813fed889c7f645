import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

it.each(['/a b/c', '/$HOME/`id`', '/say "hi"', "/it's/''", '/back\\slash\\', '/ünï\n*', ''])(
  'a shell takes %j as it stands',
  (text) => {
    expect(execFileSync('bash', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
  },
);
