import type { Session } from './session.ts';

/** Bytes. */
export const MB = 1024 * 1024;
export const NO_SUCH_UPLOAD = {
  status: 404,
  code: 'NoSuchUpload',
  message:
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
};
export const INVALID_PART = {
  status: 400,
  code: 'InvalidPart',
  message:
    'One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag ' +
    "may not match the part's entity tag.",
};

export interface Part {
  readonly ETag: unknown;
  readonly PartNumber: number;
}

/** Begins an upload of the key `k`. */
export async function beginUpload(s3: Session, rest: object = {}, Key = 'k') {
  const { UploadId } = await s3.call('CreateMultipartUpload', { Key, ...rest }, { Bucket: s3.bucket, Key });
  const target = { Key, UploadId: UploadId as string };
  return {
    target,
    async send(PartNumber: number, Body: string): Promise<Part> {
      const { ETag } = await s3.call('UploadPart', { ...target, PartNumber, Body });
      return { ETag, PartNumber };
    },
    complete: (Parts: readonly Part[], expected = {}, input: object = {}) =>
      s3.call('CompleteMultipartUpload', { ...target, MultipartUpload: { Parts }, ...input }, expected),
  };
}
