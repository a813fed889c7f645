import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { silentLog } from '../../tooling/log-fixture.ts';
import { Deployment, deploy } from '../assembly/deploy.ts';
import type { ResourceProvider } from '../assembly/resource-provider.ts';
import type { Stack } from '../assembly/template.ts';
import { settingsFixture } from '../settings-fixture.ts';
import type { CustomResourceResponse } from './cloudformation/custom-resource-responses.ts';
import { createServices } from './index.ts';

/** An empty folder, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a function can respond to a custom resource, as its response URL would let it. */
export type Respond = (response: Partial<CustomResourceResponse>) => void;

/**
 * The services of a run of which S3 alone is open: they keep their state in a temporary folder, and the test plays the functions.
 *
 * @param o.invoke returns the function's result, and responds to a custom resource through `respond`
 */
export function servicesFixture(
  o: {
    dataDir?: string;
    databasePassword?: string | undefined;
    invoke?: (event: Record<string, unknown>, respond: Respond) => unknown;
  } = {},
) {
  const dataDir = o.dataDir ?? temporaryFolder();
  const settings = settingsFixture(dataDir, 'databasePassword' in o ? { databasePassword: o.databasePassword } : {});
  // In a run the templates are known by now.
  const stacks: Stack[] = [];
  const { services, ...aws } = createServices({ settings, stacks, log: silentLog });
  /** Events that functions were invoked with, in order. */
  const invocations: { functionName: string; event: Record<string, unknown> }[] = [];
  const expected = new Map<unknown, Respond>();
  vi.spyOn(aws.lambda, 'invoke').mockImplementation(async (functionName, payload) => {
    const event = JSON.parse(payload) as Record<string, unknown>;
    invocations.push({ functionName, event });
    const respond: Respond = (response) => expected.get(event.ResponseURL)?.(response);
    const invocation = { requestId: 'request', executedVersion: '$LATEST' };
    try {
      const result = await (o.invoke ?? succeed)(event, respond);
      return { ...invocation, payload: JSON.stringify(result ?? null) };
    } catch (error) {
      const payload = JSON.stringify({ errorMessage: (error as Error).message });
      return { ...invocation, payload, functionError: 'Unhandled' };
    }
  });
  vi.spyOn(aws.responses, 'expect').mockImplementation(() => {
    const { promise, resolve } = Promise.withResolvers<CustomResourceResponse>();
    const responseUrl = `https://127.0.0.1/${expected.size}`;
    const success = { Status: 'SUCCESS', StackId: '', RequestId: '', LogicalResourceId: '' } as const;
    expected.set(responseUrl, (response) => resolve({ ...success, ...response }));
    return { responseUrl, response: promise };
  });
  void aws.s3.open();
  onTestFinished(() => aws.s3.stop());
  const options = {
    log: silentLog,
    readSecret: (...id: Parameters<typeof aws.secretsManager.readSecret>) => aws.secretsManager.readSecret(...id),
  };
  return {
    ...aws,
    services,
    invocations,
    /** Changes the resources in place each time that it is applied. */
    deployment: new Deployment(services, options),
    /** Deploys stacks, with other providers in place of some. */
    deploy: (deployed: readonly Stack[], standIns: Readonly<Record<string, ResourceProvider>> = {}) => {
      stacks.push(...deployed);
      return deploy(
        deployed,
        {
          providerOf: (declaration, place) => standIns[declaration.Type] ?? services.providerOf(declaration, place),
        },
        { ...options, signal: new AbortController().signal },
      );
    },
  };
}

function succeed(_event: unknown, respond: Respond): void {
  respond({ PhysicalResourceId: 'physical' });
}
