import type * as sdk from '@aws-sdk/client-s3';
import type { Session } from './session.ts';

/** Operations of S3 by their names in the API, which both SDKs take from the same model. */
export type Operation = {
  [Name in keyof typeof sdk]: Name extends `${infer Operation}Command` ? Operation : never;
}[keyof typeof sdk];

/** Parameters by their names; the values may be wrong on purpose. */
export type Input<Name extends Operation> = Partial<
  Record<keyof InstanceType<(typeof sdk)[`${Name}Command`]>['input'], unknown>
>;

/**
 * What an SDK made of a response: the fields of the output, or of the error, with dates in ISO form and the body as text. A
 * response to HEAD and a 304 have no body to read a code from.
 */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

/** How a call departs from what its client would do by itself. */
export interface CallOptions {
  /** Added to the request before it is signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of what the client would send. */
  readonly body?: string;
  /** Sends the body as a stream, with its checksum in a trailer. */
  readonly stream?: boolean;
  /** `false`: only what the call asks for is computed and verified. */
  readonly checksums?: boolean;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The client's clock, as milliseconds ahead of this machine's. */
  readonly clockOffset?: number;
}

/** An SDK as the behaviours use it. */
export interface Client {
  /** Makes one call without retries. Rejects only if there was no response, or one that the SDK did not understand. */
  call(operation: Operation, input: object, options?: CallOptions): Promise<Answer>;
  /** Presigns a call. */
  presign(operation: Operation, input: object, expiresInSeconds: number): Promise<string>;
  /** The value of `CopySource`. */
  copySource(bucket: string, key: string): unknown;
  close(): void;
}

export const CLIENTS = ['JavaScript SDK', 'boto3'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** One row of the table: what S3 does, the page that says so, and calls that show it. */
export interface Behaviour {
  readonly name: string;
  readonly page: string;
  /** Those that can make the calls. */
  readonly clients: readonly ClientName[];
  readonly run: (s3: Session) => Promise<unknown>;
}

/** A row that every client of the list runs. The others cannot make the calls, or would only repeat them. */
export function behaviour(
  name: string,
  page: string,
  run: Behaviour['run'],
  clients: readonly ClientName[] = CLIENTS,
): Behaviour {
  return { name, page, clients, run };
}

export const ONLY_JAVASCRIPT = ['JavaScript SDK'] as const;
export const ONLY_BOTO3 = ['boto3'] as const;

/** A page of the API reference. */
export const api = (operation: Operation | 'POST_Object') =>
  `https://docs.aws.amazon.com/AmazonS3/latest/API/${operation === 'POST_Object' ? 'RESTObjectPOST' : `API_${operation}`}.html`;
/** Another page of the API reference. */
export const reference = (page: string) => `https://docs.aws.amazon.com/AmazonS3/latest/API/${page}.html`;
/** A page of the user guide. */
export const guide = (page: string) => `https://docs.aws.amazon.com/AmazonS3/latest/userguide/${page}.html`;
/** A section of HTTP Semantics. */
export const rfc9110 = (section: string) => `https://www.rfc-editor.org/rfc/rfc9110#section-${section}`;
/** All errors, with code and status. */
export const ERRORS = reference('ErrorResponses');
