import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Boto3Client } from './boto3-client.ts';
import type { Answer, CallOptions, Client, Input, Operation } from './client.ts';

/** Fields of an answer; those that are undefined must not be there. */
export type Expected = Readonly<Record<string, unknown>>;

/** A client with a bucket of its own, for one row. */
export interface Session {
  readonly bucket: string;
  readonly client: Client;
  /** Of the endpoint, for requests that no client can send. */
  readonly url: string;
  /**
   * Calls an operation, on the row's bucket unless the input names one.
   *
   * @param expected the status must be that of a success unless it has a status or a code
   */
  call<Name extends Operation>(
    operation: Name,
    input: Input<Name>,
    expected?: Expected,
    options?: CallOptions,
  ): Promise<Answer>;
  put(key: string, body?: string, rest?: Input<'PutObject'>, options?: CallOptions): Promise<Answer>;
  /** The keys and common prefixes of the bucket, in the order of the list. */
  list(input?: Input<'ListObjectsV2'>): Promise<{ keys: string[]; prefixes: string[] }>;
  /** For the parameter `CopySource`. */
  source(key: string, bucket?: string): unknown;
  presign<Name extends Operation>(operation: Name, input: Input<Name>, expiresInSeconds?: number): Promise<string>;
}

/** Makes a session with a new bucket. */
export async function openSession(client: Client, url: string): Promise<Session> {
  const bucket = `row-${randomUUID()}`;
  const call: Session['call'] = async (operation, input, expected = {}, options) => {
    const answer = await client.call(operation, withBucket(operation, input, bucket), options);
    compare(operation, answer, expected);
    return answer;
  };
  const list: Session['list'] = async (input = {}) => {
    const { Contents = [], CommonPrefixes = [] } = await call('ListObjectsV2', input);
    return {
      keys: (Contents as { Key: string }[]).map(({ Key }) => Key),
      prefixes: (CommonPrefixes as { Prefix: string }[]).map(({ Prefix }) => Prefix),
    };
  };
  await call('CreateBucket', {});
  return {
    bucket,
    client,
    url,
    call,
    put: (Key, Body = 'x', rest = {}, options) => call('PutObject', { Key, Body, ...rest }, {}, options),
    list,
    source: (key, from = bucket) => client.copySource(from, key),
    presign: (operation, input, expiresIn = 60) =>
      client.presign(operation, withBucket(operation, input, bucket), expiresIn),
  };
}

/** The form fields of an upload from a browser, which boto3 alone can sign. */
export function presignPost(s3: Session, Key: string, rest: object = {}) {
  return (s3.client as Boto3Client).presignPost({ Bucket: s3.bucket, Key, ...rest });
}

/** What an error's XML has, as far as an unsigned or presigned request shows it. */
export async function errorOf(response: Response): Promise<{ status: number; xml: string; code: string | undefined }> {
  const xml = await response.text();
  return { status: response.status, xml, code: /<Code>(.*)<\/Code>/.exec(xml)?.[1] };
}

function withBucket(operation: Operation, input: object, Bucket: string): object {
  return operation === 'ListBuckets' ? input : { Bucket, ...input };
}

function compare(operation: Operation, answer: Answer, expected: Expected): void {
  const succeeds = expected.status === undefined && expected.code === undefined;
  // One comparison, so that a failure shows the whole answer.
  const absent = Object.keys(expected).filter((field) => expected[field] === undefined);
  const present = Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined));
  if (succeeds) expect(answer.status, `${operation}: ${JSON.stringify(answer)}`).toBeOneOf([200, 204, 206]);
  expect(answer, operation).toMatchObject(present);
  for (const field of absent) expect(answer, operation).not.toHaveProperty(field);
}
