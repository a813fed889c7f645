import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrincipalStore } from './principals.ts';
import { readSignature, type SignedRequest, verifySignature } from './sigv4.ts';

const principals = new PrincipalStore();
const role = { kind: 'role', name: 'writer', arn: 'arn:aws:iam::000000000000:role/writer' } as const;
const credentials = principals.issue(role);

const received: SignedRequest[] = [];
const server = createServer(async (request, response) => {
  const payloadHash = createHash('sha256')
    .update(await buffer(request))
    .digest('hex');
  received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, payloadHash });
  response.end('{}');
});

let options: { endpoint: string; region: string; credentials: typeof credentials; maxAttempts: number };
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  options = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials, maxAttempts: 1 };
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** What the client sent; the server's response does not matter here. */
async function sent(call: () => Promise<unknown>): Promise<SignedRequest> {
  await call().catch(() => undefined);
  const [request] = received.splice(0);
  if (request === undefined) throw new Error('The client sent nothing.');
  return request;
}

const putObject = (body: string | Readable, key = 'receipts/alice/1.txt') =>
  sent(() => new S3Client(options).send(new PutObjectCommand({ Bucket: 'b', Key: key, Body: body, ContentLength: 5 })));

describe('a request signed by an AWS SDK client is attributed to the role whose key it used', () => {
  it.each([
    ['S3 PutObject of a string', () => putObject('hello')],
    ['S3 PutObject of a stream', () => putObject(Readable.from(['hello']))],
    ['S3 PutObject under a key of odd characters', () => putObject('hello', "ä/ (b)!*'+%2F~=&?#//c.txt")],
    [
      'S3 ListObjectsV2 with a query',
      () =>
        sent(() =>
          new S3Client(options).send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'a b/+%', Delimiter: '/' })),
        ),
    ],
    [
      'Secrets Manager GetSecretValue',
      () => sent(() => new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: 'db/password' }))),
    ],
    [
      'Lambda Invoke, whose path holds an encoded ARN',
      () =>
        sent(() =>
          new LambdaClient(options).send(
            new InvokeCommand({
              FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:f:1',
              Payload: Buffer.from('{}'),
            }),
          ),
        ),
    ],
    [
      'Kafka GetBootstrapBrokers, whose path holds an encoded ARN',
      () =>
        sent(() =>
          new KafkaClient(options).send(
            new GetBootstrapBrokersCommand({ ClusterArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/c/1-2' }),
          ),
        ),
    ],
  ])('%s', async (_, request) => {
    expect(verifySignature(await request(), principals)).toEqual(role);
  });

  it('a presigned URL with overridden response headers', async () => {
    const url = await presigned();
    expect(verifySignature(asRequest(url), principals)).toEqual(role);
  });
});

describe('a request that was tampered with is refused', () => {
  it.each<[string, (request: SignedRequest) => SignedRequest]>([
    ['method', (request) => ({ ...request, method: 'DELETE' })],
    ['path', (request) => ({ ...request, url: request.url.replace('alice', 'bob') })],
    ['query', (request) => ({ ...request, url: `${request.url}&acl` })],
    [
      'signed header',
      (request) => ({ ...request, headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
    ],
    ['host', (request) => ({ ...request, headers: { ...request.headers, host: 'elsewhere:4566' } })],
    [
      'signature',
      (request) => ({
        ...request,
        headers: { ...request.headers, authorization: flipLast(String(request.headers.authorization)) },
      }),
    ],
  ])('%s', async (_, tamper) => {
    const request = tamper(await putObject('hello'));
    expect(() => verifySignature(request, principals)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });

  it('the body of a service that signs it', async () => {
    const request = await sent(() =>
      new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: 'mine' })),
    );
    const tampered = { ...request, payloadHash: createHash('sha256').update('{"SecretId":"yours"}').digest('hex') };
    expect(() => verifySignature(tampered, principals)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });

  it('a presigned URL for another object', async () => {
    const request = asRequest((await presigned()).replace('alice', 'bob'));
    expect(() => verifySignature(request, principals)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });
});

describe('credentials and time', () => {
  it('refuses an unsigned request', () => {
    const request = { method: 'GET', url: '/b/key', headers: { host: 'localhost' } };
    expect(() => verifySignature(request, principals)).toThrow(
      expect.objectContaining({ code: 'MissingAuthenticationToken' }),
    );
  });

  it('refuses an unknown access key', async () => {
    const request = await putObject('hello');
    expect(() => verifySignature(request, new PrincipalStore())).toThrow(
      expect.objectContaining({ code: 'InvalidClientTokenId' }),
    );
  });

  it('refuses a known access key with another secret', async () => {
    const client = new S3Client({ ...options, credentials: { accessKeyId: 'test', secretAccessKey: 'guess' } });
    const request = await sent(() => client.send(new ListObjectsV2Command({ Bucket: 'b' })));
    expect(() => verifySignature(request, principals)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });

  it('refuses temporary credentials without their session token', async () => {
    const { accessKeyId, secretAccessKey } = credentials;
    const client = new S3Client({ ...options, credentials: { accessKeyId, secretAccessKey } });
    const request = await sent(() => client.send(new ListObjectsV2Command({ Bucket: 'b' })));
    expect(() => verifySignature(request, principals)).toThrow(
      expect.objectContaining({ code: 'InvalidClientTokenId' }),
    );
  });

  it('takes a clock that is off by less than a quarter of an hour, and no more', async () => {
    const request = await putObject('hello');
    expect(verifySignature(request, principals, minutesFromNow(14))).toEqual(role);
    for (const minutes of [-16, 16]) {
      expect(() => verifySignature(request, principals, minutesFromNow(minutes))).toThrow(
        expect.objectContaining({ code: 'RequestTimeTooSkewed' }),
      );
    }
  });

  it.each([
    [
      'in S3',
      () => sent(() => s3At('eu-west-1')),
      'AuthorizationHeaderMalformed',
      /the region 'eu-west-1' is wrong; expecting 'us-east-1'$/,
    ],
    [
      'elsewhere',
      () => sent(() => secretsAt('eu-west-1')),
      'SignatureDoesNotMatch',
      /scoped to a valid region, not 'eu-west-1'/,
    ],
  ])('refuses a signature for another Region, in the words of the service: %s', async (_, request, code, message) => {
    const refusal = expect.objectContaining({ code, message: expect.stringMatching(message) });
    const signed = await request();
    expect(() => verifySignature(signed, principals)).toThrow(refusal);
  });

  it.each([
    [
      'in S3',
      () => sent(() => s3At('us-east-1')),
      'AuthorizationHeaderMalformed',
      /Invalid credential date "20200101"/,
    ],
    ['elsewhere', () => sent(() => secretsAt('us-east-1')), 'SignatureDoesNotMatch', /'20200101' != '\d{8}'/],
  ])('refuses a signature whose scope is of another day: %s', async (_, request, code, message) => {
    const { headers, ...rest } = await request();
    const authorization = String(headers.authorization).replace(/\/\d{8}\//, '/20200101/');
    const refusal = expect.objectContaining({ code, message: expect.stringMatching(message) });
    expect(() => verifySignature({ ...rest, headers: { ...headers, authorization } }, principals)).toThrow(refusal);
  });

  it('says to other clients than those of S3 by how much their clock is wrong', async () => {
    const request = await sent(() => secretsAt('us-east-1'));
    expect(() => verifySignature(request, principals, minutesFromNow(16))).toThrow(
      /^Signature expired: .* - 15 min\.\)$/,
    );
    expect(() => verifySignature(request, principals, minutesFromNow(-16))).toThrow(
      /^Signature not yet current: .* \+ 15 min\.\)$/,
    );
  });

  it('takes a presigned URL until it expires, and not later', async () => {
    const request = asRequest(await presigned());
    expect(verifySignature(request, principals, minutesFromNow(59))).toEqual(role);
    expect(() => verifySignature(request, principals, minutesFromNow(61))).toThrow(
      expect.objectContaining({ code: 'RequestExpired' }),
    );
  });

  it.each([
    'AWS test:signature-of-version-2',
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host',
    'AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=00',
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=x-amz-date, Signature=00',
  ])('says what is missing in %s', (authorization) => {
    const request = {
      method: 'GET',
      url: '/',
      headers: { host: 'localhost', authorization, 'x-amz-date': '20260101T000000Z' },
    };
    expect(() => verifySignature(request, principals)).toThrow(
      expect.objectContaining({ code: 'IncompleteSignature' }),
    );
  });

  it('says that presigned URLs of Signature Version 2 are too old', () => {
    const request = {
      method: 'GET',
      url: '/b/k?AWSAccessKeyId=test&Signature=x&Expires=1',
      headers: { host: 'localhost' },
    };
    expect(() => verifySignature(request, principals)).toThrow('not the older Signature Version 2');
  });

  it('names the service that a request is signed for', async () => {
    expect(readSignature(await putObject('hello'))).toMatchObject({ service: 's3', region: 'us-east-1' });
  });
});

const s3At = (region: string) => new S3Client({ ...options, region }).send(new ListObjectsV2Command({ Bucket: 'b' }));
const secretsAt = (region: string) =>
  new SecretsManagerClient({ ...options, region }).send(new GetSecretValueCommand({ SecretId: 's' }));

const presigned = () =>
  getSignedUrl(
    new S3Client(options),
    new GetObjectCommand({
      Bucket: 'b',
      Key: 'receipts/alice/1 ä.txt',
      ResponseContentType: 'text/plain; charset=utf-8',
    }),
    { expiresIn: 3600 },
  );

function asRequest(address: string): SignedRequest {
  const url = new URL(address);
  return { method: 'GET', url: url.pathname + url.search, headers: { host: url.host } };
}

const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const flipLast = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
