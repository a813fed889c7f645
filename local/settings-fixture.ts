import { join } from 'node:path';
import type { Settings } from './settings.ts';

/** For tests: the settings of a run of some assembly, on free ports. */
export function settingsFixture(dataDir: string, overrides: Partial<Settings> = {}): Settings {
  return {
    ports: { api: 0, site: 0, postgres: 0, aws: 0, kafka: 0 },
    dataDir,
    cacheDir: join(dataDir, 'cache'),
    databasePassword: 'published',
    functionConcurrency: 8,
    processLimits: true,
    inspect: new Map(),
    watch: false,
    timing: false,
    name: 'app',
    source: { kind: 'assembly', dir: join(dataDir, 'cdk.out') },
    ...overrides,
  };
}
