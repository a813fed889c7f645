import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type ApiResponse, call, newUser, orderOf } from '../support/api.ts';
import { operatorSecrets } from '../support/clients.ts';
import { newDataDir, type Run, removeFolder, startRun } from '../support/run.ts';

const dataDir = newDataDir(inject('seed'));
const SECRET = 'orderflow/dev/shard1/orderuser';
const PAUSE_MS = 2_000;
/** Far more than a request takes beside a rotation, and less than API Gateway waits. */
const HANGS_MS = 20_000;
let run: Run;
let secrets: SecretsManagerClient;
let master: pg.Client;

beforeAll(async () => {
  run = await startRun(dataDir);
  secrets = operatorSecrets(run.addresses);
  const { host, port, username, password, dbname } = (await readSecret('orderflow/dev/shard1/master')).value;
  const ssl = { rejectUnauthorized: false };
  master = new pg.Client({ host, port: Number(port), user: username, password, database: dbname, ssl });
  await master.connect();
});
afterAll(async () => {
  await master?.end();
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

async function readSecret(name: string) {
  const { VersionId, SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: name }));
  return { version: VersionId, value: JSON.parse(SecretString ?? '') };
}

/** The steps of AWS's rotation for a single user, each followed by a pause in which every connection is opened anew. */
async function rotateTo(password: string): Promise<void> {
  const { version: oldVersion, value } = await readSecret(SECRET);
  const newVersion = randomUUID();
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: SECRET,
      ClientRequestToken: newVersion,
      SecretString: JSON.stringify({ ...value, password }),
      VersionStages: ['AWSPENDING'],
    }),
  );
  await openConnectionsAnew();
  await master.query(`ALTER ROLE ${value.username} PASSWORD ${pg.escapeLiteral(password)}`);
  await openConnectionsAnew();
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId: SECRET,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: newVersion,
      RemoveFromVersionId: oldVersion,
    }),
  );
  await openConnectionsAnew();
}

/** A connection that is open outlives the change of its password; a rotation shows with the next one. */
async function openConnectionsAnew(): Promise<void> {
  for (const _ of [1, 2]) {
    // The pace of a rotation, whose steps are never closer together: a request must not see several of them.
    await delay(PAUSE_MS / 2);
    await master.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orderuser' AND state = 'idle'`,
    );
  }
}

it('fails no request while the password of a shard’s user is rotated under load, there and back', async () => {
  const original = (await readSecret(SECRET)).value.password;
  const responses: ApiResponse[] = [];
  const slowest = { ms: 0 };
  let rotating = true;
  const client = async (request: () => Promise<ApiResponse>) => {
    while (rotating) {
      const begun = performance.now();
      responses.push(await request());
      slowest.ms = Math.max(slowest.ms, performance.now() - begun);
    }
  };
  const create = () => call(run.addresses.api, 'POST', '/api/orders', orderOf(newUser('a')));
  const list = () => call(run.addresses.api, 'GET', '/api/orders?limit=1');
  const load = Promise.all([create, create, list].map(client));
  try {
    await rotateTo(`rotated-${randomUUID()}`);
    await rotateTo(original);
  } finally {
    rotating = false;
    await load;
    await master.query(`ALTER ROLE orderuser PASSWORD ${pg.escapeLiteral(original)}`);
  }
  expect(responses.length).toBeGreaterThan(50);
  expect(responses.filter(({ status, body }) => status >= 400 || body.partial)).toEqual([]);
  expect(slowest.ms).toBeLessThan(HANGS_MS);
});
