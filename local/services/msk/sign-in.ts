import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Principal } from '../../aws-api/api-call.ts';
import { FrameError, frame } from './kafka-bytes.ts';
import * as kafka from './kafka-protocol.ts';
import { API_KEY, ERROR_CODE, NEWEST_AUTHENTICATE, readFrame } from './kafka-protocol.ts';
import { MECHANISM, readBearerToken, unsecuredMessage } from './oauthbearer.ts';

/** The broker's internal listener, and who comes there. */
export interface BrokerSide {
  readonly host: string;
  readonly port: number;
  /** The claim of its unsigned tokens that names the user. */
  readonly userClaim: string;
  /** Lets the broker enforce what a principal may do now, and gives the principal's user there. */
  readonly grant: (principal: Principal) => Promise<KafkaUser>;
}

export interface KafkaUser {
  readonly name: string;
  /** Whether it may have the id of an idempotent producer now. */
  readonly mayProduceIdempotently: () => boolean;
}

/** Who is signed in. */
export interface SignedIn {
  readonly principal: Principal;
  readonly user: KafkaUser;
}

export interface SignInOptions {
  readonly broker: BrokerSide;
  /** Whose token it is; throws an Error that says why it is refused. */
  readonly authenticate: (token: string) => Principal;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** A client's token was refused. The client has been told so, and its connection is to be closed. */
export class SignInRefused extends Error {
  override name = 'SignInRefused';
}

/** A token takes about 1.5 KB. */
const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Signs a client in, and then itself to the broker as the client's principal. The broker responds to ApiVersions.
 *
 * @returns the connection to the broker, with the rights of that principal; undefined when the client left
 * @throws SignInRefused, FrameError or a connection's error, with the broker's connection closed
 */
export async function signIn(
  client: Duplex,
  options: SignInOptions,
): Promise<(SignedIn & { readonly broker: Socket }) | undefined> {
  const broker = await connectToBroker(options);
  try {
    const signedIn = await converse(client, broker, options);
    if (signedIn) return { ...signedIn, broker };
    broker.destroy();
    return undefined;
  } catch (error) {
    broker.destroy();
    throw error;
  }
}

async function converse(client: Duplex, broker: Socket, options: SignInOptions): Promise<SignedIn | undefined> {
  let handshaken = false;
  for (;;) {
    const payload = await readFrame(client, MAX_REQUEST_BYTES, options.signal);
    if (payload === undefined) return undefined;
    const header = kafka.readHeader(payload);
    if (header.apiKey === API_KEY.apiVersions) {
      client.write(frame(await ask(broker, frame(payload), options.signal)));
    } else if (header.apiKey === API_KEY.saslHandshake) {
      const errorCode = handshakeError(payload, header);
      client.write(kafka.handshakeResponse(header.correlationId, errorCode, [MECHANISM]));
      handshaken = errorCode === ERROR_CODE.none;
    } else if (header.apiKey === API_KEY.saslAuthenticate && handshaken && header.apiVersion <= NEWEST_AUTHENTICATE) {
      return authenticate(client, broker, payload, header, options);
    } else {
      throw new FrameError(`request ${header.apiKey} version ${header.apiVersion} is not accepted before sign-in`);
    }
  }
}

function handshakeError(payload: Buffer, header: kafka.RequestHeader): number {
  // After version 0, the mechanism's messages have neither the protocol's header nor its error codes.
  if (header.apiVersion !== 1) return ERROR_CODE.unsupportedVersion;
  const mechanism = kafka.readHandshakeMechanism(payload, header.bodyOffset);
  return mechanism === MECHANISM ? ERROR_CODE.none : ERROR_CODE.unsupportedSaslMechanism;
}

async function authenticate(
  client: Duplex,
  broker: Socket,
  payload: Buffer,
  header: kafka.RequestHeader,
  options: SignInOptions,
): Promise<SignedIn> {
  const { correlationId, apiVersion } = header;
  let principal: Principal;
  try {
    principal = options.authenticate(readBearerToken(kafka.readAuthBytes(payload, header)));
  } catch (error) {
    // MSK tells the client no more: https://github.com/aws/aws-msk-iam-sasl-signer-python/issues/49
    const id = randomUUID();
    const { saslAuthenticationFailed } = ERROR_CODE;
    client.write(
      kafka.authenticateResponse(correlationId, apiVersion, saslAuthenticationFailed, `[${id}]: Access denied`),
    );
    throw new SignInRefused(`[${id}] ${(error as Error).message}`, { cause: error });
  }
  const user = await options.broker.grant(principal);
  await signInToBroker(broker, user.name, options);
  client.write(kafka.authenticateResponse(correlationId, apiVersion, ERROR_CODE.none, null));
  return { principal, user };
}

async function signInToBroker(
  broker: Socket,
  user: string,
  { broker: { userClaim }, signal }: SignInOptions,
): Promise<void> {
  const message = unsecuredMessage(userClaim, user);
  for (const step of [kafka.handshakeRequest(0, MECHANISM), kafka.authenticateRequest(1, message)]) {
    const errorCode = kafka.readErrorCode(await ask(broker, step, signal));
    if (errorCode !== ERROR_CODE.none) throw new Error(`the broker refused ${user} with error ${errorCode}`);
  }
}

async function ask(broker: Socket, request: Buffer, signal: AbortSignal): Promise<Buffer> {
  broker.write(request);
  const response = await readFrame(broker, MAX_RESPONSE_BYTES, signal);
  if (response === undefined) throw new Error('the broker closed the connection');
  return response;
}

async function connectToBroker({ broker: { host, port }, signal }: SignInOptions): Promise<Socket> {
  const broker = connect({ host, port, noDelay: true });
  // Without a listener, an error would end this process. A failed connection shows as closed.
  broker.on('error', () => {});
  try {
    await once(broker, 'connect', { signal });
  } catch (error) {
    broker.destroy();
    throw error;
  }
  return broker;
}
