import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse) => unknown;

/** Something that listens where a function finds AWS, and does in turn what a test wants. With nothing left to do, it says 200. */
export class AwsService {
  readonly received: ReceivedRequest[] = [];
  readonly answers: Answer[] = [];
  readonly #server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    this.received.push({ method, url, headers, body: await text(request) });
    const answer = this.answers.shift() ?? ((to) => to.end());
    answer(response);
  });

  static async start(): Promise<AwsService> {
    const service = new AwsService();
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

/** Responds so. */
export function answer(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

/** What AWS's S3 says when it refuses. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses */
export function s3Error(status: number, code: string): Answer {
  return answer(status, `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>It is ${code}.</Message></Error>`);
}

/** Makes this process a function with these credentials, until `vi.unstubAllEnvs()`. @param variables beside those */
export function actAs(
  {
    accessKeyId,
    secretAccessKey,
    sessionToken,
  }: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  variables: Readonly<Record<string, string>> = {},
): void {
  const credentials = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  for (const [name, value] of Object.entries({ AWS_REGION: 'us-east-1', ...credentials, ...variables })) {
    vi.stubEnv(name, value);
  }
}
