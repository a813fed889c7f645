import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '../../tooling/json-file.ts';

/** A CDK app: the folder with its `cdk.json`, its context beside that, and how to see whether it has changed. */
export interface CdkApp {
  readonly folder: string;
  /** In place of what `cdk.json` calls. */
  readonly command?: string;
  /** Given as `-c key=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** The files that cannot change what is synthesized, where that is known. Otherwise the app is synthesized each time. */
  readonly irrelevant?: RegExp;
}

/** An app that is a program of Node. */
export interface NodeApp {
  /** As the command has it; a relative path starts in the app's folder. */
  readonly node: string;
  readonly file: string;
  /** All that `App` gets from the CDK's command line. */
  readonly context: Readonly<Record<string, unknown>>;
}

interface CdkJson {
  readonly app?: string;
  readonly context?: Record<string, unknown>;
  readonly versionReporting?: boolean;
  readonly pathMetadata?: boolean;
  readonly assetMetadata?: boolean;
  readonly build?: string;
  readonly plugin?: unknown;
  readonly staging?: boolean;
  readonly bundlingStacks?: unknown;
}

/**
 * How to run an app without the CDK's command line, which takes longer than many apps.
 *
 * @see https://github.com/aws/aws-cdk-cli/blob/main/packages/aws-cdk/lib/cxapp/exec.ts for what the command line does
 * @returns undefined for an app that needs more than what is done here: another program than Node, or a build or plugins before it
 */
export async function nodeAppOf({ folder, command, context }: CdkApp): Promise<NodeApp | undefined> {
  const settings = JSON.parse(await readFile(join(folder, 'cdk.json'), 'utf8').catch(() => '{}')) as CdkJson;
  const { build, plugin, staging, bundlingStacks } = settings;
  if ([build, plugin, staging, bundlingStacks].some((setting) => setting !== undefined)) return undefined;
  const [, node, file] = /^((?:\S*\/)?node) (\S+\.[cm]?[jt]s)$/.exec(command ?? settings.app ?? '') ?? [];
  if (node === undefined || file === undefined) return undefined;
  return {
    node,
    file,
    context: {
      ...readJsonFile<object>(join(folder, 'cdk.context.json')),
      ...settings.context,
      ...context,
      ...commandLineContext(settings),
    },
  };
}

function commandLineContext({ versionReporting = true, pathMetadata = true, assetMetadata = true }: CdkJson) {
  return {
    ...(pathMetadata && { 'aws:cdk:enable-path-metadata': true }),
    ...(assetMetadata && { 'aws:cdk:enable-asset-metadata': true }),
    ...(versionReporting ? { 'aws:cdk:version-reporting': true } : { 'aws:cdk:disable-version-reporting': true }),
    'aws:cdk:bundling-stacks': ['**'],
    // What does not pass is found in the assembly afterwards.
    '@aws-cdk/core:failSynthOnValidationErrors': false,
  };
}
