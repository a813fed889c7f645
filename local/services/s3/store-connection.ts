import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { AwsError } from '../../aws-api/aws-error.ts';

const SILENCE_LIMIT_MS = 30_000;

export interface StoreRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Readable | Buffer | undefined;
}

/** Keeps connections open to the S3 server that stores the objects. */
export class StoreConnection {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /**
   * Resolves with the head of the response, whose body the caller must read.
   *
   * @throws AwsError `ServiceUnavailable`, which clients retry, when the store fails; or the error of the body's stream
   */
  send(o: StoreRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#url;
      const outgoing = request({
        hostname,
        port,
        agent: this.#agent,
        method: o.method,
        path: o.path,
        headers: o.headers,
      });
      const fail = (error: Error) => reject(error instanceof AwsError ? error : unavailable(error));
      outgoing.once('response', resolve);
      outgoing.on('error', fail);
      outgoing.setTimeout(SILENCE_LIMIT_MS, () => outgoing.destroy(new Error('no response for 30 s')));
      if (o.body === undefined || Buffer.isBuffer(o.body)) outgoing.end(o.body);
      else pipeline(o.body, outgoing, (error) => error && fail(error));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function unavailable(cause: Error): AwsError {
  return new AwsError('ServiceUnavailable', `The object store failed: ${cause.message}`, 503, { cause });
}
