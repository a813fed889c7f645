import type { Readable } from 'node:stream';
import { readBody } from '../http/request-body.ts';
import { AwsError } from './aws-error.ts';

/** The SHA-256 of the body, as its sender states it. */
export const PAYLOAD_HASH_HEADER = 'x-amz-content-sha256';

/** Lambda's limit for the payload of an invocation, the highest of all APIs here. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Reads a body. Throws AwsError `RequestTooLargeException` above 6 MiB. */
export function readApiBody(source: Readable): Promise<Buffer> {
  const message = `Request must be smaller than ${MAX_BODY_BYTES} bytes.`;
  return readBody(source, MAX_BODY_BYTES, () => new AwsError('RequestTooLargeException', message, 413));
}

/** A part of a URL, decoded. Throws AwsError `InvalidURI` when the percent-encoding is malformed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AwsError('InvalidURI', `The URL holds malformed percent-encoding: ${text}`, 400, { cause });
  }
}

/** The query's parameters, decoded, in order. Throws AwsError `InvalidURI` when the percent-encoding is malformed. */
export function queryParameters(url: string): [name: string, value: string][] {
  const [, query = ''] = url.split(/\?(.*)/s);
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [percentDecoded(name), percentDecoded(value)];
    });
}
