import { silentLog } from '../../tooling/log-fixture.ts';
import type { DeployOptions } from './deploy.ts';
import type { ProviderRegistry, ResourceProvider, ResourceRequest } from './resource-provider.ts';
import type { ResourceResult } from './stack-scope.ts';
import type { Stack, Template } from './template.ts';

export function stackOf(name: string, template: Partial<Template>): Stack {
  return { name, template: { Resources: {}, ...template }, parameters: {}, assets: new Map() };
}

export function optionsOf(signal = new AbortController().signal): DeployOptions {
  return { log: silentLog, signal, readSecret: async (id) => JSON.stringify({ password: `password of ${id}` }) };
}

/** Creates resources of the types `Test::*`, but knows none of `Test::Unknown::*`, and writes down what happens to each. */
export function recordingRegistry(
  create: (request: ResourceRequest) => Promise<ResourceResult> | ResourceResult = ({ logicalId }) => ({
    ref: `ref of ${logicalId}`,
    attribute: (name) => `${name} of ${logicalId}`,
  }),
): ProviderRegistry & { events: string[]; properties: Map<string, unknown> } {
  const events: string[] = [];
  const properties = new Map<string, unknown>();
  const provider: ResourceProvider = {
    kind: 'run',
    how: 'created by the test',
    create: async (request) => {
      events.push(`begin ${request.logicalId}`);
      properties.set(request.logicalId, request.properties);
      const result = await create(request);
      events.push(`end ${request.logicalId}`);
      return result;
    },
  };
  const ignored: ResourceProvider = {
    kind: 'ignored',
    reason: 'it needs nothing',
    identify: ({ logicalId }) => ({ ref: `made up for ${logicalId}` }),
  };
  return {
    events,
    properties,
    providerOf: ({ Type }) => {
      if (!Type.startsWith('Test::') || Type.startsWith('Test::Unknown::')) return undefined;
      return Type === 'Test::Ignored' ? ignored : provider;
    },
  };
}
