import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataDirInUseError } from './data-dir.ts';
import { logFileOf } from './paths.ts';
import { startInDataDir } from './start-in-data-dir.ts';
import { Terminal } from './terminal.ts';

type Start = Parameters<typeof startInDataDir>[1];

let dataDir: string;
let ending: AbortController;
let stopped: string[];

const start = (body: Start) =>
  startInDataDir({ dataDir, source: 'run', terminal: new Terminal(new PassThrough()), signal: ending.signal }, body);

/** Starts an engine and a trigger, then does what the test says. */
const withParts =
  (then: () => object): Start =>
  async (log, cleanup) => {
    log.info('starting');
    for (const part of ['engine', 'trigger']) cleanup.defer(() => void stopped.push(part));
    return then();
  };

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'start ')), 'data');
  ending = new AbortController();
  stopped = [];
});

describe('a run in a data folder', () => {
  it('has the folder to itself until it is stopped, last parts first', async () => {
    const run = await start(withParts(() => ({ port: 1 })));
    expect(run).toMatchObject({ port: 1 });
    await expect(start(withParts(() => ({})))).rejects.toThrow(DataDirInUseError);
    expect(stopped).toEqual([]);
    await run.stop();
    expect(stopped).toEqual(['trigger', 'engine']);
    await (await start(withParts(() => ({})))).stop();
  });

  it('has what its start returned, as that is by then', async () => {
    let port = 1;
    const parts = {
      get port() {
        return port;
      },
    };
    const run = await start(withParts(() => parts));
    port = 2;
    expect(run).toMatchObject({ port: 2 });
    await run.stop();
  });

  it('is undone when its start fails, which is what the caller learns', async () => {
    const failing = withParts(() => {
      throw new Error('no Java');
    });
    await expect(start(failing)).rejects.toThrow('no Java');
    expect(stopped).toEqual(['trigger', 'engine']);
    await (await start(withParts(() => ({})))).stop();
  });

  it('rejects with the reason when it is aborted, whatever fails then', async () => {
    const failing = withParts(() => {
      ending.abort('Ctrl-C');
      throw new Error('a child was killed');
    });
    await expect(start(failing)).rejects.toBe('Ctrl-C');
    expect(stopped).toEqual(['trigger', 'engine']);
  });

  it('keeps its log in the folder', async () => {
    const run = await start(withParts(() => ({})));
    await run.stop();
    await expect.poll(() => readFileSync(logFileOf(dataDir), 'utf8')).toContain('starting');
  });
});
