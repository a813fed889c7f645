import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCALSTACK_CONTEXT } from '../../infra/example-contexts.ts';
import { synthesizeApp } from '../../infra/synthesize.ts';
import type { Json } from '../../infra/testing/inspect.ts';
import { LocalStackApp } from '../../localstack/assembly/app.ts';

/** The app as the services of docker-compose.yml get it. */
export interface AppForCompose {
  readonly app: LocalStackApp;
  /** The properties of all resources of a type. */
  properties(type: string): Json[];
  /** The value of an output that one of the stacks has. */
  output(name: string): unknown;
}

/** Synthesizes the app for LocalStack with the addresses that it takes by itself. */
export function synthesizeForCompose(): AppForCompose {
  const assembly = mkdtempSync(join(tmpdir(), 'compose-'));
  synthesizeApp(LOCALSTACK_CONTEXT, assembly);
  const app = new LocalStackApp(assembly);
  const templates = app.stacks.map(({ template }) => template);
  const resources = templates.flatMap(({ Resources = {} }) => Object.values(Resources));
  return {
    app,
    properties: (type) => resources.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties),
    output: (name) => templates.find(({ Outputs = {} }) => name in Outputs)?.Outputs?.[name]?.Value,
  };
}
