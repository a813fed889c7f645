import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, AwsService, actAs, answer, s3Error } from '../../testing/aws-service.ts';
import { AwsClient } from './aws-client.ts';

const ROLE = { accessKeyId: 'ASIAONE', secretAccessKey: 'secret', sessionToken: 'session' };
const RECEIPT = { method: 'PUT', path: '/order-receipts/1.txt', body: 'Total: $1.00' } as const;
/** For what fails in good time: a busy machine is not the service's fault. */
const UNHURRIED_MS = 60_000;

let service: AwsService;
beforeEach(async () => {
  service = await AwsService.start();
  actAs(ROLE);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.stop();
});

const client = (limitMs = UNHURRIED_MS) => new AwsClient('s3', 'us-east-1', new URL(service.url), limitMs);
const keysUsed = () =>
  service.received.map(({ headers }) => [
    /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1],
    headers['x-amz-security-token'],
  ]);
const drop: Answer = (response) => response.destroy();

describe('a request to AWS', () => {
  it.each<[string, Answer]>([
    ['asks for fewer requests', s3Error(503, 'SlowDown')],
    ['fails', s3Error(500, 'InternalError')],
    ['is behind a gateway that does not reach it', answer(502, '<html>')],
    [
      'throttles under another status',
      answer(400, '{"__type":"com.amazonaws#ThrottlingException","message":"Rate exceeded"}'),
    ],
    ['drops the connection', drop],
  ])('is made a second time when the service %s', async (_, first) => {
    service.answers.push(first, answer(200, 'stored'));
    expect(await client().send(RECEIPT)).toBe('stored');
    expect(service.received.map(({ method, url, body }) => ({ method, path: url, body }))).toEqual([RECEIPT, RECEIPT]);
  });

  it.each<[string, Answer, object]>([
    ['S3', s3Error(403, 'AccessDenied'), { code: 'AccessDenied', message: 'It is AccessDenied.' }],
    [
      'Secrets Manager',
      answer(400, '{"__type":"ResourceNotFoundException","Message":"There is no \\"x\\"."}'),
      { code: 'ResourceNotFoundException', message: 'There is no "x".' },
    ],
    ['no words', answer(404), { code: 'Not Found', message: 'HTTP status 404' }],
  ])('that is refused is not made again, and the error is the one that AWS names: %s', async (_, refusal, error) => {
    service.answers.push(refusal);
    await expect(client().send(RECEIPT)).rejects.toMatchObject({ name: 'AwsServiceError', ...error });
    expect(service.received).toHaveLength(1);
  });

  it('fails after its second attempt', async () => {
    service.answers.push(s3Error(503, 'SlowDown'), s3Error(503, 'ServiceUnavailable'), answer(200));
    await expect(client().send(RECEIPT)).rejects.toMatchObject({ code: 'ServiceUnavailable', retryable: true });
    expect(service.received).toHaveLength(2);
  });

  it('is given up when its time is over, however slowly the response comes', async () => {
    service.answers.push((response) => response.writeHead(200).write('it begins'));
    await expect(client(300).send(RECEIPT)).rejects.toThrow(/^127\.0\.0\.1:\d+ did not respond within \d+ ms\.$/);
  });

  it('fails when nobody is there', async () => {
    const { url } = service;
    await service.stop();
    const nobody = new AwsClient('s3', 'us-east-1', new URL(url));
    await expect(nobody.send(RECEIPT)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    service = await AwsService.start();
  });

  it('goes over the connection of the one before, and over another when that was closed meanwhile', async () => {
    const ports: (number | undefined)[] = [];
    const note: Answer = (response) => {
      ports.push(response.socket?.remotePort);
      response.end();
    };
    service.answers.push(note, note, (response) => response.destroy(), note);
    const s3 = client();
    await s3.send(RECEIPT);
    await s3.send(RECEIPT);
    await s3.send(RECEIPT);
    expect(ports).toEqual([ports[0], ports[0], expect.any(Number)]);
    expect(ports[2]).not.toBe(ports[0]);
  });

  it('is signed with the credentials that the environment has by then', async () => {
    const s3 = client();
    await s3.send(RECEIPT);
    actAs({ accessKeyId: 'ASIATWO', secretAccessKey: 'other', sessionToken: 'renewed' });
    await s3.send(RECEIPT);
    expect(keysUsed()).toEqual([
      ['ASIAONE', 'session'],
      ['ASIATWO', 'renewed'],
    ]);
  });

  it('is not made without credentials', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    await expect(client().send(RECEIPT)).rejects.toThrow(
      'AWS_SECRET_ACCESS_KEY is not set; Lambda sets it for every function.',
    );
    expect(service.received).toEqual([]);
  });

  it('is signed by the clock of AWS once that turns out to be another', async () => {
    const anHourOn = new Date(Date.now() + 3_600_000);
    service.answers.push(answer(403, '', { date: anHourOn.toUTCString() }));
    const s3 = client();
    await s3.send(RECEIPT);
    await s3.send(RECEIPT);
    const hours = service.received.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11));
    const [now, on] = [new Date(Date.now()), anHourOn].map((time) =>
      time.toISOString().replaceAll(/[-:]/g, '').slice(0, 11),
    );
    expect(hours).toEqual([now, on, on]);
  });

  it('names the function, and the trace that it belongs to', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'orderflow-dev-create-order');
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793');
    await client().send(RECEIPT);
    expect(service.received[0]?.headers).toMatchObject({
      'user-agent': 'orderflow-dev-create-order',
      'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793',
    });
  });
});
