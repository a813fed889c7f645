import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { HAS_PSEUDO_TERMINALS, startInTerminal } from './pty-fixture.ts';

const PATIENCE = { timeout: 60_000 };
const MODULE = JSON.stringify(new URL('keyboard.ts', import.meta.url).href);

/** A program that shows the keys it gets, and what a signal asks of it. */
const program = (more = '') => `
  import { readKeys } from ${MODULE};
  const keys = readKeys((key) => {
    console.log('key ' + key);
    if (key === 'q') { end(); console.log('disposed'); }
    if (key === 'e') process.exit(3);
    if (key === 't') throw new Error('a crash');
  });
  // As a server does, it goes on until it is told to end.
  const stay = keys && setInterval(() => {}, 1_000);
  const end = () => { keys[Symbol.dispose](); clearInterval(stay); };
  process.on('SIGINT', end);
  ${more}
  console.log(keys === undefined ? 'no keys' : 'ready');`;

const command = (more?: string) => [process.execPath, '--input-type=module', '-e', program(more)];

async function started(more?: string) {
  const terminal = startInTerminal(command(more));
  await expect.poll(terminal.shown, PATIENCE).toContain('ready');
  return terminal;
}

/** Types a key, again and again: what is typed at once with other text does not count. */
const answers = (type: (key: string) => void, shown: () => string, key: string) => () => {
  type(key);
  return shown();
};

describe.skipIf(!HAS_PSEUDO_TERMINALS)('keys on a terminal (needs python3)', PATIENCE, () => {
  it('come one at a time, without Enter; pasted text and arrows do not count', async () => {
    const { shown, type, ended } = await started();
    type('a');
    await expect.poll(shown, PATIENCE).toContain('key a');
    type('pasted text with a q\u001b[A');
    await expect.poll(answers(type, shown, 'b'), PATIENCE).toContain('key b');
    type('\u001b[A');
    await expect.poll(answers(type, shown, 'c'), PATIENCE).toContain('key c');
    await expect.poll(answers(type, shown, 'q'), PATIENCE).toContain('disposed');
    expect(await ended()).toEqual({ code: 0, restored: true });
    expect(new Set(shown().match(/key ./g))).toEqual(new Set(['key a', 'key b', 'key c', 'key q']));
  });

  it.each([
    ['is interrupted by Ctrl-C', '\u0003', 0],
    ['exits', 'e', 3],
    ['crashes', 't', 1],
    ['is ended by Ctrl-\\', '\u001c', -3],
  ])('give the terminal back when the program %s', async (_, key, code) => {
    const { type, ended } = await started();
    type(key);
    expect(await ended()).toEqual({ code, restored: true });
  });

  it('give the terminal back when the program gets SIGTERM', async () => {
    const { ended } = await started("setTimeout(() => process.kill(process.pid, 'SIGTERM'), 200);");
    expect(await ended()).toEqual({ code: -15, restored: true });
  });

  it('leave Ctrl-Z to the shell, which has the terminal until the program goes on', async () => {
    const env = { ...process.env, NODE: process.execPath, PROGRAM: program() };
    const { shown, type, ended } = startInTerminal(['bash', '--norc', '--noprofile', '-i'], { env });
    type('"$NODE" --input-type=module -e "$PROGRAM"\n');
    await expect.poll(shown, PATIENCE).toMatch(/^ready/m);
    type('\u001a');
    await expect.poll(shown, PATIENCE).toContain('Stopped');
    type('stty | grep -q -- -icanon || echo co"oked"\n');
    await expect.poll(shown, PATIENCE).toContain('cooked');
    type('fg\n');
    await expect.poll(answers(type, shown, 'a'), PATIENCE).toContain('key a');
    type('\u001a');
    await expect.poll(shown, PATIENCE).toMatch(/Stopped.*Stopped/s);
    type('bg\n');
    await expect.poll(shown, PATIENCE).toMatch(/\[1\]\+.*&/);
    type('echo st"ill here"\n');
    await expect.poll(shown, PATIENCE).toContain('still here');
    type('kill %1; wait; exit\n');
    expect(await ended()).toMatchObject({ restored: true });
  });
});

it('without a terminal there are none', () => {
  const [file = '', ...args] = command();
  expect(spawnSync(file, args, { encoding: 'utf8' }).stdout).toBe('no keys\n');
});
