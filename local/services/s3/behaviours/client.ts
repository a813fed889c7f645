import type * as sdk from '@aws-sdk/client-s3';

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
  /** Makes the body that is sent, of the same length as `body`, from the headers once they are signed. */
  readonly signedBody?: (headers: Readonly<Record<string, string>>) => string;
  /** Sends the body as a stream, with its checksum in a trailer. */
  readonly stream?: boolean;
  /** `false`: only what the call asks for is computed and verified. */
  readonly checksums?: boolean;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** That the client signs for. */
  readonly region?: string;
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
