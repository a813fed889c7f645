import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Log } from '../log.ts';
import { UserError } from '../user-error.ts';

/** Everything that the templates and their assets are made from, relative to the repository's root. */
const SOURCES = ['cdk.json', 'package-lock.json', 'patches', 'infra', 'functions', 'frontend', 'scripts/migrations'];

/**
 * Runs `cdk synth` unless the last assembly was made from the same sources and context.
 *
 * @param options.repository the CDK app's folder
 * @param options.dataDir where the assembly is kept, as `cdk.out`
 * @param options.context CDK context given as `-c key=value`
 * @returns the folder of the cloud assembly
 * @throws UserError when the app cannot be synthesized; the CDK's own output is part of the message
 */
export async function synthesize(options: {
  repository: string;
  dataDir: string;
  context: Readonly<Record<string, string>>;
  log: Log;
}): Promise<string> {
  const { repository, dataDir, context, log } = options;
  const assembly = join(dataDir, 'cdk.out');
  const stamp = join(dataDir, 'cdk.out.stamp');
  const wanted = await fingerprint(repository, context);
  if (existsSync(assembly) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return assembly;

  log.info('synthesizing the CDK app (only after a change)');
  const fresh = `${assembly}.next`;
  await mkdir(dataDir, { recursive: true });
  await rm(stamp, { force: true });
  await rm(fresh, { recursive: true, force: true });
  await runCdkSynth(repository, fresh, context);
  await rm(assembly, { recursive: true, force: true });
  await rename(fresh, assembly);
  await writeFile(stamp, wanted);
  return assembly;
}

async function fingerprint(repository: string, context: Readonly<Record<string, string>>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(context).sort()));
  for (const source of SOURCES) {
    for (const file of await filesUnder(join(repository, source))) {
      if (file.endsWith('.test.ts')) continue;
      hash.update(file).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

/** The path itself when it is a file, else all files below it, in a stable order; none when it does not exist. */
async function filesUnder(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return [path];
    if (code === 'ENOENT') return [];
    throw error;
  }
}

async function runCdkSynth(repository: string, output: string, context: Readonly<Record<string, string>>) {
  const cdk = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');
  const contextFlags = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const args = [cdk, 'synth', '--quiet', '--output', output, ...contextFlags];
  const child = spawn(process.execPath, args, {
    cwd: repository,
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [status] = await once(child, 'close');
  if (status !== 0) throw new UserError(`The CDK app cannot be synthesized:\n${printed.trim()}`);
}
