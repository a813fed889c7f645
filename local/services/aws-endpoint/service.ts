import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../../../tooling/log.ts';
import { addressesOfLocalhost, closeServer, listenAtEach, type PortClaim } from '../../../tooling/ports.ts';
import type { AwsApi, Caller, Identify, StreamingApi } from '../../aws-api/api-call.ts';
import { AwsError, toAwsError } from '../../aws-api/aws-error.ts';
import { type ApiResponse, awsJson, type Protocol, queryXml, restJson, s3Xml } from '../../aws-api/protocols.ts';
import { readApiBody } from '../../aws-api/request.ts';
import { localOnly } from '../../http/local-only.ts';
import { portClaim } from '../../settings.ts';
import type { Ec2 } from '../ec2/service.ts';
import {
  ChunkSignatures,
  type PolicyEvaluator,
  type PrincipalStore,
  readSignature,
  type SignedRequest,
  verifySignature,
  verifySignedText,
} from '../iam/service.ts';
import type { Service } from '../service.ts';
import { Callers } from './caller.ts';
import { isFromPage, refuseUnlessPresignedRead } from './page-request.ts';
import { type Passage, Passages } from './passages.ts';

/** Longer than the pauses between a function's calls, so that they find their connection open. */
const KEEP_ALIVE_MS = 60_000;

/** The access keys that are known, and who may do what. */
export interface AccessControl {
  readonly principals: PrincipalStore;
  readonly evaluator: Pick<PolicyEvaluator, 'evaluate'>;
}

/**
 * The endpoint of all AWS services of the local run, on loopback. It verifies the signature of each call, and asks IAM
 * whether the signer may make it. Web pages may read presigned URLs and do nothing else.
 */
export class AwsEndpoint implements Service {
  readonly #port: number;
  readonly #iam: AccessControl;
  readonly #callers: Callers;
  readonly #passages: Passages;
  readonly #log: Log;
  #services: readonly Pick<Service, 'api'>[] = [];
  #listening: { readonly port: number; readonly servers: readonly Server[] } | undefined;

  /** @param port 0 for any free one */
  constructor(port: number, iam: AccessControl, ec2: Pick<Ec2, 'network' | 'connections'>, log: Log) {
    this.#port = port;
    this.#iam = iam;
    this.#callers = new Callers(iam.evaluator, log);
    this.#passages = new Passages(ec2);
    this.#log = log;
  }

  /** Dispatches calls to the APIs of these services. */
  serve(services: readonly Pick<Service, 'api'>[]): void {
    this.#services = services;
  }

  /** The port that it listens on. @throws Error before it is open */
  get port(): number {
    if (!this.#listening) throw new Error('the AWS endpoint is not open yet');
    return this.#listening.port;
  }

  /** What functions get as `AWS_ENDPOINT_URL`. An IP address makes the SDK use path-style S3 addresses. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  ports(): PortClaim[] {
    return [portClaim('aws', this.#port)];
  }

  async open(): Promise<void> {
    this.#listening = await listenAtEach(await addressesOfLocalhost(), this.#port, () => this.#createServer());
    this.#passages.lead(
      this.#listening.port,
      this.#services.flatMap(({ api }) => api?.signingName ?? []),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listening?.servers.map(closeServer) ?? []);
  }

  #createServer(): Server {
    return createServer(
      { keepAliveTimeout: KEEP_ALIVE_MS },
      localOnly((request, response) => {
        this.#handle(request, response).catch((error: unknown) => this.#refuse(request, response, error));
      }),
    );
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request);
    // What is not signed is for S3.
    const service = statedService(request) ?? 's3';
    // As on AWS, who has no way to the service gets no response from it.
    if (!(await this.#passages.isOpen(request, service))) return;
    const passage = await this.#passages.of(request, service);
    if (isFromPage(request.headers)) {
      refuseUnlessPresignedRead(call);
      // With the published key, a foreign page could have an object shown as HTML that it has got others to write.
      response.setHeader('Content-Security-Policy', 'sandbox');
    }
    const s3 = this.#apiOf('s3');
    const identify: Identify = (signed) => this.#callers.of(verifySignedText(signed, this.#iam.principals), passage);
    const unsigned = s3 && 'stream' in s3 ? s3.streamUnsigned(request, response, identify) : undefined;
    if (unsigned) return unsigned;
    const name = readSignature(call).service;
    const api = this.#apiOf(name);
    if (api && 'stream' in api) {
      const signatures = () => new ChunkSignatures(call, this.#iam.principals);
      return api.stream(request, response, this.#callerOf(call, passage), signatures);
    }
    const body = await readApiBody(request);
    const payloadHash = createHash('sha256').update(body).digest('hex');
    const caller = this.#callerOf({ ...call, payloadHash }, passage);
    if (!api) {
      const known = this.#services.flatMap(({ api }) => api?.signingName ?? []).join(', ');
      throw new AwsError(
        'UnknownOperation',
        `The service "${name}" does not exist in the local run, which has ${known}.`,
      );
    }
    const result = await api.handle({ ...caller, ...call, url: new URL(call.url, 'http://localhost'), body });
    send(response, api.protocol, result);
  }

  #apiOf(signingName: string): AwsApi | StreamingApi | undefined {
    return this.#services.find(({ api }) => api?.signingName === signingName)?.api;
  }

  #callerOf(call: SignedRequest, passage: Passage): Caller {
    return this.#callers.of(verifySignature(call, this.#iam.principals), passage);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, cause: unknown): void {
    const error = toAwsError(cause);
    const level = error.status >= 500 && !response.destroyed ? 'error' : 'debug';
    // Without its query, which holds the signature of a presigned URL.
    const path = request.url?.split('?', 1)[0];
    this.#log[level]('%s %s failed: %s %s', request.method, path, error.code, error.cause ?? error.message);
    if (response.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    // Read and drop what the client still sends: the connection stays usable and the client sees the response.
    request.unpipe();
    request.resume();
    const requestId = randomUUID();
    const protocol = this.#protocolOf(request);
    const refusal = protocol.error(error, requestId);
    send(response, protocol, {
      ...refusal,
      headers: { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, ...refusal.headers },
    });
  }

  /** The protocol in which the client expects an error, even if the signature does not name the service. */
  #protocolOf(request: IncomingMessage): Protocol {
    const name = statedService(request);
    const api = name === undefined ? undefined : this.#apiOf(name);
    if (api) return api.protocol;
    if (request.headers['x-amz-target'] !== undefined) return awsJson('1.1');
    const isQuery =
      request.url === '/' && request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    if (isQuery) return queryXml;
    if (request.url?.startsWith('/2015-03-31/') || name !== undefined) return restJson;
    return s3Xml;
  }
}

function callOf(request: IncomingMessage) {
  return { method: request.method ?? '', url: request.url ?? '/', headers: request.headers };
}

function statedService(request: IncomingMessage): string | undefined {
  try {
    return readSignature(callOf(request)).service;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function send(response: ServerResponse, { contentType }: Protocol, result: ApiResponse): void {
  const { status = 200, headers = {}, body = '' } = result;
  const bytes = Buffer.from(body);
  const type = bytes.length === 0 ? {} : { 'content-type': contentType };
  response.writeHead(status, { ...type, ...headers, 'content-length': bytes.length });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}
