import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { readSettings } from '../settings.ts';
import { compose, requireDocker } from './compose.ts';
import { upContainers } from './containers.ts';

const settings = readSettings({ ORDERFLOW_API_PORT: '8081' }, {});
const { PATH } = process.env;
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'docker '));
  process.env.PATH = bin;
});
afterEach(() => {
  process.env.PATH = PATH;
});

/** Puts a `docker` on the PATH, and nothing else. @param script for /bin/sh; its arguments are Docker's */
function installDocker(script: string): void {
  const command = join(bin, 'docker');
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
}

describe('Docker', () => {
  it.each([
    ['is missing', undefined, /^Docker with Compose v2 is not installed: install it, or .*--no-docker/],
    ['has no Compose', '[ "$1" != compose ]', /^Docker with Compose v2 is not installed: install it, or .*--no-docker/],
    [
      'has no engine',
      '[ "$1" != info ]',
      /^Docker is installed, but its engine does not respond: start it, or .*--no-docker/,
    ],
  ])('is told to be mended, or done without, when it %s', async (_, script, sentence) => {
    if (script !== undefined) installDocker(script);
    await expect(requireDocker()).rejects.toThrow(UserError);
    await expect(requireDocker()).rejects.toThrow(sentence);
  });

  it('is well when both answer', async () => {
    installDocker('exit 0');
    await expect(requireDocker()).resolves.toBeUndefined();
  });

  it('gets the settings as the variables of the compose file', async () => {
    installDocker(`echo "$@" "$ORDERFLOW_API_PORT $ORDERFLOW_MASTER_PASSWORD" > '${join(bin, 'call')}'`);
    await compose(['up', '--detach'], settings);
    expect(readFileSync(join(bin, 'call'), 'utf8')).toBe('compose up --detach 8081 masterpass\n');
  });

  it('fails by the name of what failed', async () => {
    await expect(compose(['down'], settings)).rejects.toThrow(/^docker compose cannot be run: .*ENOENT.*PATH\.$/);
    installDocker('exit 3');
    await expect(compose(['down'], settings)).rejects.toThrow(
      /^docker compose down failed \(exit code 3\)\. See above/,
    );
  });

  it('is not even asked where it could not find the app, or would choose a port that nobody knows', async () => {
    const say = () => {};
    await expect(upContainers('/elsewhere/localstack', settings, say)).rejects.toThrow(
      /^The containers expect the app in .*\.orderflow\/localstack\. --data-dir is for `up --no-docker` only\.$/,
    );
    const anyPort = { ...settings, ports: { ...settings.ports, api: 0 } };
    await expect(upContainers(join(REPOSITORY, '.orderflow/localstack'), anyPort, say)).rejects.toThrow(
      /^ORDERFLOW_API_PORT: Docker needs a port number\. 0 is for `up --no-docker` only\.$/,
    );
  });
});
