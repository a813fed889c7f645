import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Stack } from '../assembly/template.ts';
import { functionName } from '../aws-identity.ts';
import type { Settings } from '../settings.ts';
import { silentLog } from '../testing.ts';
import type { Authority } from '../tls/authority.ts';
import type { CustomResourceResponse } from './cloudformation/custom-resource-responses.ts';
import { createContext, type RunnerContext } from './context.ts';
import { Authorizer } from './iam/authorizer.ts';
import { PrincipalStore } from './iam/principals.ts';
import type { FunctionDefinition } from './lambda/function-definition.ts';
import { SecretStore } from './secrets-manager/secret-store.ts';

export interface ContextFixture {
  readonly context: RunnerContext;
  /** What was put into Lambda, by the label of the function. */
  readonly functions: Map<string, FunctionDefinition>;
  /** What was made known to Lambda as `<name>:<version or alias>`, and the version that it stands for. */
  readonly qualifiers: Map<string, string>;
  /** Events that functions were invoked with, in order. */
  readonly invocations: { functionName: string; event: Record<string, unknown> }[];
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a function can answer a custom resource, as its response URL would let it. */
export type Answer = (response: Partial<CustomResourceResponse>) => void;

/**
 * A context with the real stores, in a temporary folder, and with functions that the test plays.
 *
 * @param o.invoke answers an invocation with the function's result, and a custom resource through `answer`
 */
export function contextFixture(
  o: {
    stacks?: readonly Stack[];
    dataDir?: string;
    databasePassword?: string;
    invoke?: (event: Record<string, unknown>, answer: Answer) => unknown;
  } = {},
): ContextFixture {
  const dataDir = o.dataDir ?? temporaryFolder();
  const functions = new Map<string, FunctionDefinition>();
  const qualifiers = new Map<string, string>();
  const invocations: ContextFixture['invocations'] = [];
  const answers = new Map<unknown, Answer>();
  const context = createContext({
    log: silentLog,
    signal: new AbortController().signal,
    settings: settingsIn(dataDir, o.databasePassword ?? 'published'),
    stacks: o.stacks ?? [],
    principals: new PrincipalStore(),
    authorizer: new Authorizer(),
    secrets: new SecretStore(join(dataDir, 'secrets')),
    lambda: {
      put: (definition) => functions.set(definition.label, definition),
      qualify: (name, qualifier, version) => qualifiers.set(`${functionName(name)}:${qualifier}`, version),
      invoke: async (name, payload) => {
        const event = JSON.parse(payload) as Record<string, unknown>;
        invocations.push({ functionName: name, event });
        const answer: Answer = (response) => answers.get(event.ResponseURL)?.(response);
        try {
          const result = await (o.invoke ?? succeed)(event, answer);
          return { requestId: 'request', payload: JSON.stringify(result ?? null), executedVersion: '$LATEST' };
        } catch (error) {
          const failure = JSON.stringify({ errorMessage: (error as Error).message });
          return { requestId: 'request', payload: failure, functionError: 'Unhandled', executedVersion: '$LATEST' };
        }
      },
    },
    authorities: { rds: noAuthority, public: noAuthority },
    objectStore: { url: 'http://127.0.0.1:1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    customResourceResponses: {
      expect: () => {
        const { promise, resolve } = Promise.withResolvers<CustomResourceResponse>();
        const responseUrl = `https://localhost/${answers.size}`;
        const answered = { Status: 'SUCCESS', StackId: '', RequestId: '', LogicalResourceId: '' } as const;
        answers.set(responseUrl, (response) => resolve({ ...answered, ...response }));
        return { responseUrl, response: promise };
      },
    },
    running: { triggers: [], engines: [] },
  });
  return { context, functions, qualifiers, invocations };
}

function settingsIn(dataDir: string, databasePassword: string): Settings {
  const ports = { api: 0, site: 0, postgres: 0, aws: 0, kafka: 0 };
  return { dataDir, databasePassword, ports, cacheDir: join(dataDir, 'cache'), context: {} };
}

function succeed(_event: unknown, answer: Answer): void {
  answer({ PhysicalResourceId: 'physical' });
}

const noAuthority: Authority = {
  certificatePem: '',
  issue: () => Promise.reject(new Error('no server is started in this test')),
};
