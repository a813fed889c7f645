import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { closeServer, listenOnLoopback } from '../../../tooling/ports.ts';
import { readApiBody } from '../../aws-api/request.ts';
import { localOnly } from '../../http/local-only.ts';
import type { Ec2, Target } from '../ec2/service.ts';
import type { Run, Service } from '../service.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html */
const responseSchema = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().optional(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  NoEcho: z.boolean().optional(),
  Data: z.record(z.string(), z.unknown()).nullish(),
});

export type CustomResourceResponse = z.infer<typeof responseSchema>;

export interface ExpectedResponse {
  /** The event's `ResponseURL`. Whoever knows it may respond. */
  readonly responseUrl: string;
  /** Rejects when none comes in time. */
  readonly response: Promise<CustomResourceResponse>;
}

/** What has the URLs of responses on AWS. */
const S3: Target = { kind: 'aws', name: 'the response URL in S3', service: 's3' };

interface Waiting {
  settle(response: CustomResourceResponse): void;
  fail(error: Error): void;
}

/**
 * The HTTPS server, on loopback, to which the functions behind custom resources send their responses. On AWS the URLs are
 * presigned ones of S3, and the CDK's handlers drop their port: a function's environment must redirect `127.0.0.1:443` to the
 * port of this server.
 */
export class CustomResourceResponses implements Service {
  readonly #run: Pick<Run, 'authorities' | 'log'>;
  readonly #ec2: Pick<Ec2, 'connections'>;
  readonly #waiting = new Map<string, Waiting>();
  #server: Server | undefined;

  constructor(run: Pick<Run, 'authorities' | 'log'>, ec2: Pick<Ec2, 'connections'>) {
    this.#run = run;
    this.#ec2 = ec2;
  }

  async open(): Promise<void> {
    const authority = await this.#run.authorities('public');
    const { certificatePem: cert, keyPem: key } = await authority.issue('cloudformation');
    const { connections } = this.#ec2;
    const take: RequestListener = async (request, response) => {
      if (!(await connections.admits(request.socket, S3))) return;
      this.#take(request).then(
        (status) => response.writeHead(status).end(),
        (error: unknown) => {
          this.#run.log.error('the response of a custom resource could not be read: %s', error);
          response.writeHead(500).end();
        },
      );
    };
    const server = createServer({ cert, key }, localOnly(take));
    connections.assign(await listenOnLoopback(server), S3);
    this.#server = server;
  }

  async stop(): Promise<void> {
    const ended = new Error('The run ended before the custom resource responded.');
    for (const { fail } of this.#waiting.values()) fail(ended);
    this.#waiting.clear();
    if (this.#server) await closeServer(this.#server);
  }

  get port(): number {
    if (!this.#server) throw new Error('custom resources cannot respond yet');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Opens a URL for one response. */
  expect(timeoutMs: number): ExpectedResponse {
    const path = `/${randomBytes(32).toString('base64url')}`;
    const { promise, resolve, reject } = Promise.withResolvers<CustomResourceResponse>();
    const timer = setTimeout(() => {
      this.#waiting.delete(path);
      reject(new Error(`The custom resource did not respond within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    this.#waiting.set(path, { settle: resolve, fail: reject });
    const response = promise.finally(() => clearTimeout(timer));
    return { responseUrl: `https://127.0.0.1:${this.port}${path}`, response };
  }

  async #take(request: IncomingMessage): Promise<number> {
    const path = request.url?.split('?', 1)[0] ?? '';
    const expected = this.#waiting.get(path);
    if (request.method !== 'PUT' || !expected) return 403;
    const parsed = responseSchema.safeParse(parseJson((await readApiBody(request)).toString('utf8')));
    if (!parsed.success) {
      this.#run.log.warn('a custom resource sent a malformed response: %s', z.prettifyError(parsed.error));
      return 400;
    }
    // Two responses may have been read at the same time; the first one counts.
    if (!this.#waiting.delete(path)) return 403;
    expected.settle(parsed.data);
    return 200;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
