import { AwsError } from '../../aws-api/aws-error.ts';
import { percentDecoded } from '../../aws-api/request.ts';
import { invalidArgument, malformedXml } from './errors.ts';
import type { Tags } from './store/stored.ts';
import { parseXml, xmlDocument } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html, and 50 for a bucket. */
export const MOST_OBJECT_TAGS = 10;
export const MOST_BUCKET_TAGS = 50;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Reads the header `x-amz-tagging`, in the form of a query. Undefined without tags.
 *
 * @throws AwsError `InvalidArgument` for another form, `InvalidTag`, `BadRequest` for too many
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 */
export function tagsOfHeader(header: string | undefined): Tags | undefined {
  if (header === undefined) return undefined;
  const pairs = header
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map((text) => percentDecoded(text.replaceAll('+', ' '))));
  if (pairs.some((pair) => pair.length > 2) || new Set(pairs.map(([key]) => key)).size < pairs.length) {
    const rule = 'shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates';
    throw invalidArgument(`The header 'x-amz-tagging' ${rule}.`, 'x-amz-tagging', header);
  }
  const texts = pairs.map(([key = '', value = '']): [string, string] => [key, value]);
  return checked(texts, MOST_OBJECT_TAGS);
}

/** Reads the body of PutObjectTagging or PutBucketTagging. @throws AwsError `MalformedXML`, `InvalidTag`, `BadRequest` for too many */
export function tagsOfXml(xml: string, most: number): Tags | undefined {
  const [set] = parseXml(xml, 'Tagging').all('TagSet');
  if (!set) throw malformedXml();
  const pairs = set.all('Tag').map((tag) => [tag.textOf('Key'), tag.textOf('Value')] as const);
  const complete = pairs.filter((pair): pair is [string, string] => pair.every((text) => text !== undefined));
  if (complete.length < pairs.length) throw malformedXml();
  const keys = complete.map(([key]) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  if (twice !== undefined) throw invalidTag('Cannot provide multiple Tags with the same key', twice);
  return checked(complete, most);
}

/** The response of GetObjectTagging. */
export function taggingDocument(tags: Tags = {}): string {
  const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return xmlDocument('Tagging', { TagSet: { Tag } });
}

function checked(pairs: readonly [key: string, value: string][], most: number): Tags | undefined {
  if (pairs.length > most) throw new AwsError('BadRequest', `Object tags cannot be greater than ${most}`);
  for (const [key, value] of pairs) {
    if (key.startsWith('aws:')) throw invalidTag('Your TagKey cannot be prefixed with aws:', key);
    if (key === '' || key.length > 128 || !ALLOWED.test(key)) {
      throw invalidTag('The TagKey you have provided is invalid', key);
    }
    if (value.length > 256 || !ALLOWED.test(value)) throw invalidTag('The TagValue you have provided is invalid', key);
  }
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError('InvalidTag', message, 400, { details: { TagKey: key } });
}
