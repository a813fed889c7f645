import { afterAll, beforeAll } from 'vitest';
import type { EndpointFixture } from '../../aws-endpoint/endpoint-fixture.ts';
import { startS3Fixture } from '../s3-fixture.ts';
import type { Client } from './client.ts';
import { javascriptClient } from './javascript-client.ts';
import { checkTable, runTable } from './run-table-fixture.ts';

const OPERATOR = { accessKeyId: 'test', secretAccessKey: 'test' };

let fixture: EndpointFixture;
let client: Client;
beforeAll(async () => {
  fixture = await startS3Fixture();
  client = javascriptClient({ url: fixture.endpoint.url, credentials: OPERATOR });
});
afterAll(async () => {
  client.close();
  await fixture.stop();
});

checkTable();
runTable('JavaScript SDK', () => ({ client, url: fixture.endpoint.url }));
