import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-error.ts';
import type { StoreConnection } from './store-connection.ts';

/**
 * Conditional writes, which the store does not know: `If-None-Match: *` and `If-Match: <etag>`.
 * Such writes to one object wait for each other, so that of several first writes exactly one succeeds.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class WriteConditions {
  readonly #store: StoreConnection;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(store: StoreConnection) {
    this.#store = store;
  }

  /**
   * Runs a write when the headers' condition holds, at once when they have none.
   *
   * @param path of the object in the store
   * @throws AwsError `PreconditionFailed`; `NoSuchKey` when `If-Match` names an object that is not there
   */
  async write<Result>(path: string, headers: IncomingHttpHeaders, write: () => Promise<Result>): Promise<Result> {
    if (headers['if-none-match'] === undefined && headers['if-match'] === undefined) return write();
    const before = this.#last.get(path) ?? Promise.resolve();
    const result = before.then(async () => {
      await this.#check(path, headers);
      return write();
    });
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(path, settled);
    settled.then(() => this.#last.get(path) === settled && this.#last.delete(path));
    return result;
  }

  async #check(path: string, headers: IncomingHttpHeaders): Promise<void> {
    const found = await this.#store.send({ method: 'HEAD', path, headers: {} });
    found.resume();
    const etag = found.statusCode === 200 ? found.headers.etag : undefined;
    if (headers['if-match'] !== undefined && etag === undefined) {
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    }
    const refused =
      headers['if-none-match'] === undefined ? bare(headers['if-match']) !== bare(etag) : etag !== undefined;
    if (refused) {
      throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
    }
  }
}

const bare = (etag: string | undefined) => etag?.replaceAll('"', '');
