import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** How each function is told to reach what it uses. */
const VARIABLES = { kafka: /KAFKA_BROKERS.*KAFKA_AUTH/, databases: /SHARD_MAP.*DATABASE_TLS/ };
const ANY_VARIABLE = { kafka: /KAFKA_/, databases: /SHARD_MAP|DATABASE_TLS/ };

const USES: Readonly<Record<string, readonly (keyof typeof VARIABLES)[]>> = {
  authorizer: [],
  'confirm-orders': ['databases'],
  'consume-orders': ['kafka'],
  'create-order': ['kafka', 'databases'],
  'describe-api': [],
  dlt: ['kafka'],
  'get-order': ['databases'],
  'get-receipt': ['databases'],
  'get-stats': ['databases'],
  health: ['kafka', 'databases'],
  'list-orders': ['databases'],
  'migrate-shards': ['databases'],
  'move-users': ['databases'],
  overview: ['kafka', 'databases'],
  'relay-outbox': ['kafka', 'databases'],
  'user-data': ['databases'],
};

/** What a function says at cold start in an environment that has no variables. */
async function missing(folder: string): Promise<string> {
  return import(`./${folder}/handler.ts`).then(() => '', String);
}

describe('how a function reaches what it is given', () => {
  it.each(Object.entries(USES))('must be said, and nothing else: %s, %j', async (folder, used) => {
    const message = await missing(folder);
    for (const part of ['kafka', 'databases'] as const) {
      if (used.includes(part)) expect(message).toMatch(VARIABLES[part]);
      else expect(message).not.toMatch(ANY_VARIABLE[part]);
    }
  });

  it('is looked at for every function', () => {
    const folders = readdirSync(import.meta.dirname);
    expect(folders.filter((folder) => existsSync(join(import.meta.dirname, folder, 'handler.ts'))).sort()).toEqual(
      Object.keys(USES),
    );
  });
});
