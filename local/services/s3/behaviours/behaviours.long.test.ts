import { afterAll, beforeAll, describe } from 'vitest';
import type { EndpointFixture } from '../../aws-endpoint/endpoint-fixture.ts';
import { startS3Fixture } from '../s3-fixture.ts';
import { type Boto3Client, findPythonForBoto3, startBoto3Client } from './boto3-client.ts';
import { runTable } from './run-table-fixture.ts';

const OPERATOR = { accessKeyId: 'test', secretAccessKey: 'test' };
const python = await findPythonForBoto3();

describe.skipIf(!python)('with Python 3.10 to 3.14', () => {
  if (!python) return;
  let fixture: EndpointFixture;
  let client: Boto3Client;
  beforeAll(async () => {
    fixture = await startS3Fixture();
    client = await startBoto3Client(python, fixture.endpoint.port, OPERATOR);
  });
  afterAll(async () => {
    client.close();
    await fixture.stop();
  });

  runTable('boto3', () => ({ client, url: fixture.endpoint.url }));
});
