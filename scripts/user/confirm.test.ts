import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirmByTyping } from './confirm.ts';

/** What comes of typing a line. @param isTTY whether somebody can be asked */
function typing(line: string, isTTY = true): Promise<void> {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.write(`${line}\n`);
  return confirmByTyping('alice', 'Type the user id: ', input, new PassThrough());
}

describe('what is about to be gone', () => {
  it('goes when its name is typed once more', async () => {
    await typing('alice');
    await typing(' alice ');
  });

  it.each(['Alice', 'yes', ''])('stays when "%s" is typed', async (line) => {
    await expect(typing(line)).rejects.toThrow('That is not "alice". Nothing was erased.');
  });

  it('stays when the input ends', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    input.end();
    await expect(confirmByTyping('alice', '', input, new PassThrough())).rejects.toThrow('Nothing was erased.');
  });

  it('stays where nobody can be asked', async () => {
    await expect(typing('alice', false)).rejects.toThrow('Nobody can be asked here. Pass --yes if you are sure.');
  });
});
