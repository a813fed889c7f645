import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PROD_WITH_EVERYTHING, STAGE_CONTEXTS } from '../../infra/example-contexts.ts';
import { synthesizeApp } from '../../infra/synthesize.ts';
import { findPython, installPackages, type Python } from '../../tooling/python-environment.ts';

/** On PyPI, with its rules and the schemas of the resource types. */
const CFN_LINT_VERSION = '1.58.0';
/** W3005: a `DependsOn` that a reference implies already. The CDK writes it for each function and its role. */
const IGNORED = ['W3005'];
/** What cfn-lint takes by itself. */
export const DEFAULT_REGION = 'us-east-1';
const LINT_TIMEOUT_MS = 5 * 60_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

interface Finding {
  readonly Filename: string;
  readonly Level: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
  readonly Message: string;
  readonly Rule: { readonly Id: string };
}

/** Finds a Python that cfn-lint supports; undefined when there is none. */
export async function findPythonForCfnLint(): Promise<Python | undefined> {
  return findPython({ min: '3.10', below: '3.15' });
}

/** Installs cfn-lint once for all clones. @returns the Python that has it @throws UserError when that fails */
export async function installCfnLint(python: Python, cacheDir: string): Promise<string> {
  const name = `cfn-lint-${CFN_LINT_VERSION}`;
  return installPackages({
    python,
    cacheDir,
    name,
    title: `cfn-lint ${CFN_LINT_VERSION}`,
    pipArgs: [`cfn-lint==${CFN_LINT_VERSION}`],
  });
}

/**
 * Checks the templates of both stages: prod with example values for what it requires, and once more with a value for every
 * setting.
 *
 * @param region whose resource types and instance classes count
 * @returns how many templates there are, and `<level> <rule> <stage>/<template> <path>: <message>` for each finding
 * @throws UserError when cfn-lint cannot be installed
 */
export async function lintTemplates(
  python: Python,
  cacheDir: string,
  region = DEFAULT_REGION,
): Promise<{ templates: number; findings: string[] }> {
  const interpreter = await installCfnLint(python, cacheDir);
  const dir = await mkdtemp(join(tmpdir(), 'orderflow-lint-'));
  try {
    const contexts = { ...STAGE_CONTEXTS, 'prod-with-everything': PROD_WITH_EVERYTHING };
    for (const [name, context] of Object.entries(contexts)) synthesizeApp(context, join(dir, name));
    const files = globSync('*/*.template.json', { cwd: dir }).map((file) => join(dir, file));
    return { templates: files.length, findings: await lintFiles(interpreter, files, dir, region) };
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Checks some templates for a Region. @param root findings name the files from here */
export async function lintFiles(
  interpreter: string,
  files: readonly string[],
  root: string,
  region = DEFAULT_REGION,
): Promise<string[]> {
  const args = [
    '-c',
    'from cfnlint.runner import main; main()',
    '--format',
    'json',
    '--ignore-checks',
    ...IGNORED,
    '--regions',
    region,
    '--',
    ...files,
  ];
  const options = { timeout: LINT_TIMEOUT_MS, maxBuffer: OUTPUT_LIMIT_BYTES };
  const { output, problem } = await new Promise<{ output: string; problem: Error | undefined }>((done) => {
    execFile(interpreter, args, options, (error, stdout, stderr) =>
      done({
        output: stdout,
        problem: error ? new Error(stderr.trim() || error.message, { cause: error }) : undefined,
      }),
    );
  });
  const findings = parse(output);
  // With findings its exit code is not 0 either.
  if (problem && (findings === undefined || findings.length === 0)) throw problem;
  return (findings ?? []).map(({ Filename, Level, Location, Message, Rule }) => {
    const place = (Location.Path ?? []).join('/');
    return `${Level} ${Rule.Id} ${relative(root, Filename)} ${place}: ${Message}`;
  });
}

function parse(output: string): Finding[] | undefined {
  try {
    return JSON.parse(output);
  } catch {
    return undefined; // it stopped before it printed its findings
  }
}
