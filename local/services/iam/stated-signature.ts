/** A signature as the request states it, not verified. */
export interface StatedSignature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  /** The service of the credential scope, such as `s3` or `kafka-cluster`. */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
  /** How long a presigned URL is valid; undefined for a signed request. */
  readonly expiresSeconds: number | undefined;
}
