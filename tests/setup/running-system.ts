import type { TestProject } from 'vitest/node';
import type { OwnAddresses } from '../../scripts/own-addresses.ts';
import { newDataDir, removeFolder, startRun } from '../support/run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    addresses: OwnAddresses;
    siteUrl: string;
    dataDir: string;
    runnerPid: number;
  }
}

/** Starts the whole system once for all end-to-end and browser tests, on free ports and empty data. */
export default async function setup(project: TestProject) {
  const dataDir = newDataDir();
  const run = await startRun(dataDir);
  project.provide('addresses', run.addresses);
  project.provide('siteUrl', run.addresses.site);
  project.provide('dataDir', dataDir);
  project.provide('runnerPid', run.pid);
  project.provide('deployment', {
    url: run.addresses.api,
    user: 'verify',
    operator: false,
    sameVersion: true,
    patienceSeconds: 60,
  });
  return async () => {
    await run.end('SIGINT');
    removeFolder(dataDir);
  };
}
