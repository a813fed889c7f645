import { mkdtempSync } from 'node:fs';
import { type AddressInfo, connect as connectPlainly, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Log } from '../../../tooling/log.ts';
import { memoryLog, silentLog } from '../../../tooling/log-fixture.ts';
import { freePort } from '../../../tooling/ports.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import { loadAuthority } from '../../tls/authority.ts';
import { frame } from './kafka-bytes.ts';
import * as kafka from './kafka-protocol.ts';
import { startSignInListener } from './listener.ts';

const alice: Principal = { kind: 'role', name: 'alice', arn: 'arn:aws:iam::000000000000:role/alice' };
const authority = await loadAuthority(mkdtempSync(join(tmpdir(), 'listener-')), 'public');

function authenticate(token: string): Principal {
  if (token !== 'good') throw new Error('The token is not good.');
  return alice;
}

async function startListener(brokerPort: number, log: Log = silentLog, admits = () => true) {
  const broker = {
    host: '127.0.0.1',
    port: brokerPort,
    userClaim: 'user',
    grant: async () => ({ name: 'alice', mayProduceIdempotently: () => true }),
  };
  const certificate = await authority.issue('msk');
  const listener = await startSignInListener({
    port: 0,
    broker,
    certificate,
    authenticate,
    log,
    admits,
    onDenial: () => {},
  });
  onTestFinished(() => listener.stop());
  return listener;
}

/** A broker that takes every connection and never says a word. */
async function startSilentBroker(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Sends the bytes and gives all that comes back until the listener closes the connection. */
function exchange(port: number, ...messages: Buffer[]): Promise<Buffer> {
  const client = connect({ port, host: 'localhost', ca: authority.certificatePem });
  for (const message of messages) client.write(message);
  const answers: Buffer[] = [];
  client.on('data', (answer: Buffer) => answers.push(answer));
  // A connection that is closed on unread bytes counts as reset.
  client.on('error', () => {});
  return new Promise((resolve) => client.once('close', () => resolve(Buffer.concat(answers))));
}

const signInMessage = (token: string) => Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
const oauth = kafka.handshakeRequest(1, 'OAUTHBEARER');
const oauthAccepted = kafka.handshakeResponse(1, kafka.ERROR_CODE.none, ['OAUTHBEARER']);

describe('the Kafka sign-in listener', () => {
  it('answers a bad token as MSK does, with an error code and a number but no reason, and logs the reason with it', async () => {
    const log = memoryLog();
    const { port } = await startListener(await startSilentBroker(), log);
    const answer = await exchange(port, oauth, kafka.authenticateRequest(2, signInMessage('bad')));
    const id = /\[(.*)\]: Access denied/.exec(answer.toString())?.[1];
    const refused = kafka.ERROR_CODE.saslAuthenticationFailed;
    const refusal = kafka.authenticateResponse(2, 1, refused, `[${id}]: Access denied`);
    expect(answer).toEqual(Buffer.concat([oauthAccepted, refusal]));
    expect(log.lines).toContain(`warn test refused a sign-in: [${id}] The token is not good.`);
  });

  it('answers another mechanism with the one it has', async () => {
    const { port } = await startListener(await startSilentBroker());
    const notKafka = frame(Buffer.alloc(20, 0xff));
    const answer = await exchange(port, kafka.handshakeRequest(1, 'PLAIN'), notKafka);
    expect(answer).toEqual(kafka.handshakeResponse(1, kafka.ERROR_CODE.unsupportedSaslMechanism, ['OAUTHBEARER']));
  });

  it.each([
    ['speaks another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['asks for data before it is signed in', frame(Buffer.from([0, 3, 0, 1, 0, 0, 0, 1, 255, 255]))],
    ['sends a token before the handshake', kafka.authenticateRequest(1, signInMessage('good'))],
    ['sends a message that is too long', Buffer.from([0, 1, 0, 1])],
  ])('closes on a client that %s', async (_, message) => {
    const { port } = await startListener(await startSilentBroker());
    expect(await exchange(port, message)).toHaveLength(0);
  });

  it('closes the connection while the broker is down, so that the client tries again', async () => {
    const { port } = await startListener(await freePort());
    expect(await exchange(port, oauth)).toHaveLength(0);
  });

  it('leaves a client that it does not admit without a response', async () => {
    const admits = vi.fn(() => true).mockReturnValueOnce(false);
    const { port } = await startListener(await startSilentBroker(), silentLog, admits);
    const heard: string[] = [];
    const client = connectPlainly(port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    client.on('data', (data) => heard.push(String(data))).on('end', () => heard.push('the end'));
    await vi.waitFor(() => expect(admits).toHaveBeenCalledOnce(), { timeout: 30_000 });
    // Another client comes and goes meanwhile.
    await exchange(port, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(heard).toEqual([]);
  });

  it('closes its connections when it stops', async () => {
    const listener = await startListener(await startSilentBroker());
    const client = connect({ port: listener.port, host: 'localhost', ca: authority.certificatePem });
    await new Promise((resolve) => client.once('secureConnect', resolve));
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.on('error', () => {});
    await listener.stop();
    await closed;
  });
});
