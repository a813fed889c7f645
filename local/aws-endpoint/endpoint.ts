import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../tooling/log.ts';
import type { Authorizer } from '../services/iam/authorizer.ts';
import type { PrincipalStore } from '../services/iam/principals.ts';
import { readSignature, verifySignature } from '../services/iam/sigv4.ts';
import { lambda } from '../services/lambda/api.ts';
import type { Invoke } from '../services/lambda/function-definition.ts';
import { msk } from '../services/msk/api.ts';
import { S3 } from '../services/s3/s3.ts';
import { secretsManager } from '../services/secrets-manager/api.ts';
import type { SecretStore } from '../services/secrets-manager/secret-store.ts';
import { sts } from '../services/sts/api.ts';
import { type AwsApi, callerOf, readApiBody } from './api-call.ts';
import { AwsError, toAwsError } from './aws-error.ts';
import { type ApiResponse, awsJson, type Protocol, queryXml, restJson, s3Xml } from './protocols.ts';

export interface AwsEndpoint {
  /** What functions get as `AWS_ENDPOINT_URL`. An IP address makes the SDK use path-style S3 addresses. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts the endpoint of all AWS services of the local run, on loopback. It verifies the signature of each call, and asks the
 * authorizer whether the signer may make it.
 *
 * @param o.port 0 for any free one
 * @param o.objectStore the S3 server that keeps the objects
 * @param o.bootstrapBrokers `host:port,host:port` of a Kafka cluster's sign-in listener; undefined when there is no such cluster
 */
export async function startAwsEndpoint(o: {
  port: number;
  principals: PrincipalStore;
  authorizer: Authorizer;
  objectStore: { readonly url: string };
  secrets: SecretStore;
  invoke: Invoke;
  bootstrapBrokers: (clusterArn: string) => string | undefined;
  log: Log;
}): Promise<AwsEndpoint> {
  const s3 = new S3(o.objectStore.url);
  // By the service of the credential scope that a client signs with.
  const services: Readonly<Record<string, AwsApi>> = {
    secretsmanager: secretsManager(o.secrets),
    lambda: lambda({ invoke: o.invoke, log: o.log }),
    kafka: msk(o.bootstrapBrokers),
    sts,
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'OPTIONS') return s3.handlePreflight(request, response);
    const asked = { method: request.method ?? '', url: request.url ?? '/', headers: request.headers };
    const name = readSignature(asked).service;
    if (name === 's3') {
      return s3.handle(request, response, callerOf(verifySignature(asked, o.principals), o.authorizer));
    }
    const body = await readApiBody(request);
    const payloadHash = createHash('sha256').update(body).digest('hex');
    const caller = callerOf(verifySignature({ ...asked, payloadHash }, o.principals), o.authorizer);
    const api = services[name];
    if (!api) {
      const known = ['s3', ...Object.keys(services)].join(', ');
      throw new AwsError(
        'UnknownOperation',
        `The service "${name}" does not exist in the local run, which has ${known}.`,
      );
    }
    send(response, await api.handle({ ...caller, ...asked, url: new URL(asked.url, 'http://localhost'), body }));
  }

  function refuse(request: IncomingMessage, response: ServerResponse, cause: unknown): void {
    const error = toAwsError(cause);
    const level = error.status >= 500 && !response.destroyed ? 'error' : 'debug';
    // Without its query, which holds the signature of a presigned URL.
    const path = request.url?.split('?', 1)[0];
    o.log[level]('%s %s failed: %s %s', request.method, path, error.code, error.cause ?? error.message);
    if (response.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    // Read and drop what the client still sends: the connection stays usable and the client sees the response.
    request.unpipe();
    request.resume();
    const requestId = randomUUID();
    const reply = protocolOf(request, services).error(error, requestId);
    send(response, {
      ...reply,
      headers: { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, ...reply.headers },
    });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => refuse(request, response, error));
  });
  // Longer than the pauses between a function's calls, so that they find their connection open.
  server.keepAliveTimeout = 60_000;
  server.listen(o.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      s3.close();
      await closed;
    },
  };
}

/** The protocol in which the client expects an error, even if the signature does not name the service. */
function protocolOf(request: IncomingMessage, services: Readonly<Record<string, AwsApi>>): Protocol {
  const name = statedService(request);
  if (name === 's3') return s3Xml;
  const service = name === undefined ? undefined : services[name];
  if (service) return service.protocol;
  if (request.headers['x-amz-target'] !== undefined) return awsJson;
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return queryXml;
  if (request.url?.startsWith('/2015-03-31/') || name !== undefined) return restJson;
  return s3Xml;
}

function statedService(request: IncomingMessage): string | undefined {
  try {
    return readSignature({ method: request.method ?? '', url: request.url ?? '/', headers: request.headers }).service;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: ApiResponse): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}
