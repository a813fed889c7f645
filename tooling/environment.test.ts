import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { programEnvironment, useLocalServers } from './environment.ts';
import { listenOnLoopback } from './ports.ts';

const CONFIG = `[default]
endpoint_url = http://127.0.0.1:9
region = eu-west-1
use_fips_endpoint = true
use_dualstack_endpoint = true
retry_mode = bogus
max_attempts = many
`;
/** What a person may have set for AWS and for the network, each of it in the way of a local server. */
const AMBIENT = {
  AWS_PROFILE: 'none',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_MAX_ATTEMPTS: 'many',
  AWS_RETRY_MODE: 'bogus',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'bogus',
  NODE_USE_ENV_PROXY: '1',
  HTTP_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: 'example.com',
};
/** Speaks to the server at its argument as the commands do: with an AWS client, and with fetch. */
const CLIENTS = `
  const { useLocalServers } = await import(${JSON.stringify(join(import.meta.dirname, 'environment.ts'))});
  const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
  const [endpoint] = process.argv.slice(1);
  useLocalServers();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'sdk', Body: '' }));
  await fetch(endpoint + '/fetch');
`;

it('clients of local servers reach them, whatever the person has set for AWS and for proxies', async () => {
  const requests: string[] = [];
  const server = createServer(({ method, url }, response) => {
    requests.push(`${method} ${url}`);
    response.end();
  });
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.aws/config'), CONFIG);
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', CLIENTS, endpoint], {
    env: { PATH: process.env.PATH, HOME: home, ...AMBIENT },
  });
  expect(requests).toEqual(['PUT /bucket/sdk?x-id=PutObject', 'GET /fetch']);
});

it("a person's exceptions from the proxy stay", () => {
  const env: NodeJS.ProcessEnv = { NO_PROXY: 'example.com' };
  useLocalServers(env);
  expect(env).toMatchObject({ NO_PROXY: 'example.com,localhost,127.0.0.1,::1' });
});

it('a program gets nothing of the environment but the PATH, below the Node that runs the project', () => {
  const env = programEnvironment(
    { OWN: '1' },
    { PATH: '/bin', PGHOST: 'elsewhere', TZ: 'Asia/Kathmandu', LC_ALL: 'C' },
  );
  const [first, ...others] = env.PATH?.split(':') ?? [];
  expect(process.execPath).toBe(join(first ?? '', 'node'));
  expect({ ...env, PATH: others }).toEqual({ PATH: ['/bin'], LC_ALL: 'C.UTF-8', TZ: 'UTC', OWN: '1' });
});
