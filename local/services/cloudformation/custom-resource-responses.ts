import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Log } from '../../../tooling/log.ts';
import { readApiBody } from '../../aws-endpoint/api-call.ts';

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

export interface CustomResourceResponses {
  readonly port: number;
  expect(timeoutMs: number): ExpectedResponse;
  stop(): Promise<void>;
}

interface Waiting {
  settle(response: CustomResourceResponse): void;
  fail(error: Error): void;
}

/**
 * Starts the HTTPS server, on loopback, to which the functions behind custom resources send their responses. On AWS the URLs
 * are presigned ones of S3, and the CDK's handlers drop their port: a function's environment must redirect `localhost:443`
 * to the port of this server.
 *
 * @param o.certificate for `localhost`, of an authority that the functions trust
 */
export async function startCustomResourceResponses(o: {
  certificate: { readonly certificatePem: string; readonly keyPem: string };
  log: Log;
}): Promise<CustomResourceResponses> {
  const waiting = new Map<string, Waiting>();

  async function take(request: IncomingMessage): Promise<number> {
    const path = request.url?.split('?', 1)[0] ?? '';
    const expected = waiting.get(path);
    if (request.method !== 'PUT' || !expected) return 403;
    const parsed = responseSchema.safeParse(parseJson((await readApiBody(request)).toString('utf8')));
    if (!parsed.success) {
      o.log.warn('a custom resource sent a malformed response: %s', z.prettifyError(parsed.error));
      return 400;
    }
    // Two responses may have been read at the same time; the first one counts.
    if (!waiting.delete(path)) return 403;
    expected.settle(parsed.data);
    return 200;
  }

  const server = createServer(
    { cert: o.certificate.certificatePem, key: o.certificate.keyPem },
    (request: IncomingMessage, response: ServerResponse) => {
      take(request).then(
        (status) => response.writeHead(status).end(),
        (error: unknown) => {
          o.log.error('the response of a custom resource could not be read: %s', error);
          response.writeHead(500).end();
        },
      );
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    expect: (timeoutMs) => {
      const path = `/${randomBytes(32).toString('base64url')}`;
      const { promise, resolve, reject } = Promise.withResolvers<CustomResourceResponse>();
      const timer = setTimeout(() => {
        waiting.delete(path);
        reject(new Error(`The custom resource did not respond within ${timeoutMs / 1000} s.`));
      }, timeoutMs);
      waiting.set(path, { settle: resolve, fail: reject });
      const response = promise.finally(() => clearTimeout(timer));
      return { responseUrl: `https://localhost:${port}${path}`, response };
    },
    stop: async () => {
      for (const { fail } of waiting.values()) fail(new Error('The run ended before the custom resource responded.'));
      waiting.clear();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
