import { AwsError } from '../../../aws-api/aws-error.ts';
import { type Perform, resourceArn, wholeNumber } from '../call.ts';
import { checksumElements } from '../checksums.ts';
import { storageClass } from '../description.ts';
import { invalidArgument } from '../errors.ts';
import { type ObjectPart, partsOf, type StoredObject } from '../store/stored.ts';
import { actionOn } from '../version-actions.ts';
import { type XmlContent, type XmlElements, xmlDocument } from '../xml.ts';
import { requireObject } from './objects.ts';

const MOST_PARTS = 1000;
const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export const getObjectAttributes: Perform = (call) => {
  const { headers, bucket, key, caller, query } = call;
  caller.requireAccess(actionOn(query.get('versionId'), 's3:GetObjectAttributes'), resourceArn(bucket, key));
  const names = String(headers['x-amz-object-attributes'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) {
    throw invalidArgument('The x-amz-object-attributes header must not be empty.', 'x-amz-object-attributes', '');
  }
  const unknown = names.find((name) => !ATTRIBUTES.some((attribute) => attribute === name));
  if (unknown !== undefined) {
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
  }
  const object = requireObject(call);
  const values: Readonly<Record<(typeof ATTRIBUTES)[number], () => XmlContent>> = {
    ETag: () => object.etag,
    Checksum: () => bareChecksum(object),
    ObjectParts: () => partElements(object, headers['x-amz-max-parts'], headers['x-amz-part-number-marker']),
    StorageClass: () => storageClass(object),
    ObjectSize: () => object.size,
  };
  const content = ATTRIBUTES.filter((name) => names.includes(name)).map((name) => [name, values[name]()]);
  return {
    headers: { 'last-modified': object.modified.toUTCString() },
    body: xmlDocument('GetObjectAttributesResponse', Object.fromEntries(content)),
  };
};

/** Here a composite checksum comes without its number of parts. */
function bareChecksum({ checksum }: StoredObject): XmlElements {
  return checksumElements({ ...checksum, value: checksum.value.replace(/-\d+$/, '') });
}

/** The parts themselves are told only where they have checksums of their own. */
function partElements(
  object: StoredObject,
  maxParts: string | string[] | undefined,
  marker: string | string[] | undefined,
): XmlElements | undefined {
  const parts = partsOf(object);
  if (!parts) return undefined;
  if (object.checksum.type !== 'COMPOSITE') return { PartsCount: parts.length };
  const query = new Map(Object.entries({ max: String(maxParts ?? ''), marker: String(marker ?? '') }));
  const limit = wholeNumber(query, 'max', { fallback: MOST_PARTS, most: MOST_PARTS });
  const after = wholeNumber(query, 'marker', { fallback: 0 });
  const following = parts.filter(({ number }) => number > after);
  const page = following.slice(0, limit);
  return {
    PartsCount: parts.length,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: following.length > page.length,
    Part: page.map((part) => partElement(object, part)),
  };
}

function partElement({ checksum }: StoredObject, { number, size, checksum: value }: ObjectPart): XmlElements {
  if (value === undefined) throw new AwsError('InternalFailure', 'A part has lost its checksum.', 500);
  return { PartNumber: number, Size: size, [`Checksum${checksum.algorithm}`]: value };
}
