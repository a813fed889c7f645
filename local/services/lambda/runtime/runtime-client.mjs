import { Socket } from 'node:net';
import { RuntimeError } from './runtime-errors.mjs';

// Not by an import, which reads every property of the module: one of them loads all of Node's own fetch, at each cold start.
const { Agent, request } = process.getBuiltinModule('node:http');

/** @typedef {{ status: number | undefined, headers: import('node:http').IncomingHttpHeaders, body: string }} RuntimeResponse */

/** Client of the Lambda Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export class RuntimeClient {
  #base;
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /**
   * @param {string} runtimeApi `host:port`
   * @param {number} connection the file descriptor of a connection that leads there already
   */
  constructor(runtimeApi, connection) {
    this.#base = `http://${runtimeApi}/2018-06-01/runtime`;
    this.#agent.createConnection = () => new Socket({ fd: connection });
  }

  /** Waits for the next event, without limit. @throws {RuntimeError} when it is refused */
  async next() {
    const next = await this.#call('GET', '/invocation/next');
    if (next.status !== 200)
      throw new RuntimeError('Runtime.PlatformError', `no next event: ${next.status} ${next.body}`);
    return next;
  }

  /** @param {string} requestId @param {string} payload JSON */
  async succeed(requestId, payload) {
    await this.#call('POST', `/invocation/${requestId}/response`, payload);
  }

  /** Like AWS's own client, it states the type in the payload alone. @param {string} requestId @param {object} error */
  async fail(requestId, error) {
    await this.#call('POST', `/invocation/${requestId}/error`, JSON.stringify(error));
  }

  /** @param {{ errorType: string }} error */
  async failInit(error) {
    await this.#call('POST', '/init/error', JSON.stringify(error), error.errorType);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} [body]
   * @param {string} [errorType]
   * @returns {Promise<RuntimeResponse>}
   */
  #call(method, path, body, errorType) {
    const headers = {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      // The name of an error may contain what a header cannot.
      ...(errorType ? { 'Lambda-Runtime-Function-Error-Type': errorType.replace(/[^\x21-\x7e]/g, '') } : {}),
    };
    return new Promise((resolve, reject) => {
      const call = request(this.#base + path, { method, agent: this.#agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}
