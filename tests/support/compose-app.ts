import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCALSTACK_CONTEXT } from '../../infra/example-contexts.ts';
import { synthesizeApp } from '../../infra/synthesize.ts';
import type { Json } from '../../infra/testing/inspect.ts';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { type LeftOut, readLeftOut } from '../../localstack/assembly/left-out.ts';

/** The app as the services of docker-compose.yml get it. */
export interface AppForCompose {
  /** Folder of its cloud assembly. */
  readonly assembly: string;
  readonly leftOut: readonly LeftOut[];
  /** The properties of all resources of a type. */
  properties(type: string): Json[];
  /** The value of an output that one of the stacks has. */
  output(name: string): unknown;
}

/** Synthesizes the app for LocalStack with the addresses that it takes by itself. */
export function synthesizeForCompose(): AppForCompose {
  const assembly = mkdtempSync(join(tmpdir(), 'compose-'));
  synthesizeApp(LOCALSTACK_CONTEXT, assembly);
  const templates = loadAssembly(assembly).map(({ template }) => template);
  const resources = templates.flatMap(({ Resources = {} }) => Object.values(Resources));
  return {
    assembly,
    leftOut: readLeftOut(assembly),
    properties: (type) => resources.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties),
    output: (name) => templates.find(({ Outputs = {} }) => name in Outputs)?.Outputs?.[name]?.Value,
  };
}
