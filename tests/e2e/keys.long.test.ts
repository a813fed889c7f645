import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { Addresses } from '../../local/addresses.ts';
import { addressesFileOf } from '../../local/addresses.ts';
import { readJsonFile } from '../../tooling/json-file.ts';
import { logFileOf } from '../../tooling/paths.ts';
import { HAS_PSEUDO_TERMINALS, startInTerminal } from '../../tooling/pty-fixture.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { ANY_FREE_PORT, newDataDir, processesOf, removeFolder } from '../support/run.ts';

const PATIENCE = { timeout: 240_000 };
const dataDir = newDataDir(inject('seed'));
afterAll(() => removeFolder(dataDir));

/** A folder with a program in the place of the desktop's, which notes what it is to open. */
function desktop(): { path: string; opened(): string } {
  const [program, note] = [join(dataDir, 'xdg-open'), join(dataDir, 'opened')];
  writeFileSync(program, `#!/bin/sh\necho "$1" > ${note}\n`);
  chmodSync(program, 0o755);
  return { path: `${dataDir}:${process.env.PATH}`, opened: () => readFileSync(note, 'utf8').trim() };
}

describe.skipIf(!HAS_PSEUDO_TERMINALS)('npm start on a terminal (needs python3)', PATIENCE, () => {
  it('takes keys while it is up, shows a line for each request, and gives the terminal back', async () => {
    const { path, opened } = desktop();
    const command = [process.execPath, 'scripts/start.ts', ...ANY_FREE_PORT, '--data-dir', dataDir];
    const terminal = startInTerminal(command, { env: { ...process.env, PATH: path } });
    const shown = () => stripVTControlCharacters(terminal.shown()).replaceAll('\r', '');
    await expect.poll(shown, PATIENCE).toContain('h shows what the keys do.');
    const addresses = readJsonFile<Addresses>(addressesFileOf(dataDir));
    const [api = ''] = Object.values(addresses?.apis ?? {});
    const [site = ''] = Object.values(addresses?.sites ?? {});

    terminal.type('h');
    await expect.poll(shown, PATIENCE).toMatch(/^ {2}q {2}ends the run/m);
    terminal.type('o');
    await expect.poll(opened, PATIENCE).toBe(site);

    const { status, headers } = await call(api, 'POST', '/api/orders', orderOf(newUser('k')));
    expect(status).toBe(201);
    const id = String(headers.get('x-amzn-requestid'));
    const line = new RegExp(`^api +POST /api/orders 201 \\d+ ms create-order {2}#${id.slice(0, 8)}`, 'm');
    await expect.poll(shown, PATIENCE).toMatch(line);
    const ofRequest = () => readFileSync(logFileOf(dataDir), 'utf8').match(new RegExp(`\\[${id} 1-\\S+\\] \\S+`, 'g'));
    await expect.poll(() => ofRequest()?.join(), PATIENCE).toMatch(/create-order.*api/);

    terminal.type('r');
    await expect.poll(shown, PATIENCE).toMatch(/Everything was compared with its sources in .* s\./);
    terminal.type('q');
    expect(await terminal.ended()).toEqual({ code: 0, restored: true });
    expect(shown()).toContain('Stopped; the data stays');
    expect(processesOf(dataDir)).toEqual([]);
  });
});
