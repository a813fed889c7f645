import { AwsError } from '../../aws-api/aws-error.ts';
import { invalidArgument } from './errors.ts';
import type { ByteRange } from './store/blob-files.ts';

/**
 * The bytes that a `Range` header asks for. What is not one well-formed range of bytes is passed over, as S3 does: the whole
 * object is sent then. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 *
 * @param size of the object, in bytes
 * @returns undefined for the whole object
 * @throws AwsError `InvalidRange` when the object has none of these bytes
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined;
  const range =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: Math.min(last === '' ? size - 1 : Number(last), size - 1) };
  if (range.first <= range.last) return range;
  const details = { RangeRequested: String(header), ActualObjectSize: String(size) };
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, { details });
}

/**
 * The bytes that `x-amz-copy-source-range` asks for, which must all exist.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
 *
 * @returns undefined for the whole object
 * @throws AwsError `InvalidArgument` for any other form, `InvalidRequest` for bytes that the source does not have
 */
export function readCopyRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || Number(first) > Number(last)) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (Number(first) >= size) {
    throw new AwsError('InvalidRequest', 'The specified copy range is invalid for the source object size');
  }
  if (Number(last) < size) return { first: Number(first), last: Number(last) };
  const message = `Range specified is not valid for source object of size: ${size}`;
  throw invalidArgument(message, 'x-amz-copy-source-range', header);
}

/** The header of a response that has only some of the bytes. */
export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`;
}
