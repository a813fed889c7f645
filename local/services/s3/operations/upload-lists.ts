import { OWNER, type Perform, wholeNumber } from '../call.ts';
import { storageClass } from '../description.ts';
import { commonPrefix } from '../store/listing.ts';
import type { Upload } from '../store/uploads.ts';
import { type XmlElements, xmlDocument } from '../xml.ts';
import { keyEncoder } from './lists.ts';
import { requireUpload } from './multipart.ts';

const MOST = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export const listParts: Perform = (call) => {
  const { bucket, key, query, store } = call;
  const limit = wholeNumber(query, 'max-parts', { fallback: MOST, most: MOST });
  const marker = wholeNumber(query, 'part-number-marker', { fallback: 0 });
  const upload = requireUpload(call);
  const following = store.uploads.parts(upload).filter(({ number }) => number > marker);
  const page = following.slice(0, limit);
  const { checksum } = upload;
  return {
    body: xmlDocument('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: upload.id,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: following.length > page.length,
      ...checksumElementsOf(upload),
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: part.modified,
        ETag: `"${part.etag}"`,
        Size: part.size,
        ...(checksum && { [`Checksum${checksum.algorithm}`]: part.checksum }),
      })),
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: storageClass(upload),
    }),
  };
};

type Listed = { readonly upload: Upload } | { readonly prefix: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export const listMultipartUploads: Perform = ({ bucket, query, store }) => {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = wholeNumber(query, 'max-uploads', { fallback: MOST, most: MOST });
  const encoded = keyEncoder(query);
  const following = gathered(
    afterMarkers(store.uploads.list(bucket, prefix), keyMarker, idMarker),
    prefix,
    delimiter,
  ).filter((entry) => !('prefix' in entry && keyMarker.startsWith(entry.prefix)));
  const page = following.slice(0, limit);
  const uploads = page.flatMap((entry) => ('upload' in entry ? entry.upload : []));
  return {
    body: xmlDocument('ListMultipartUploadsResult', {
      Bucket: bucket,
      KeyMarker: encoded(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: encoded(uploads.at(-1)?.key ?? ''),
      NextUploadIdMarker: uploads.at(-1)?.id ?? '',
      Prefix: encoded(prefix),
      Delimiter: delimiter === '' ? undefined : encoded(delimiter),
      EncodingType: query.get('encoding-type'),
      MaxUploads: limit,
      IsTruncated: following.length > page.length,
      Upload: uploads.map((upload) => ({
        Key: encoded(upload.key),
        UploadId: upload.id,
        Initiator: OWNER,
        Owner: OWNER,
        StorageClass: storageClass(upload),
        Initiated: upload.initiated,
        ...checksumElementsOf(upload),
      })),
      CommonPrefixes: page.flatMap((entry) => ('prefix' in entry ? { Prefix: encoded(entry.prefix) } : [])),
    }),
  };
};

/** Without an upload id, all uploads to the marked key are passed over; with one, those up to it. */
function afterMarkers(uploads: readonly Upload[], keyMarker: string, idMarker: string): readonly Upload[] {
  const marked = uploads.findIndex(({ id, key }) => id === idMarker && key === keyMarker);
  if (marked !== -1) return uploads.slice(marked + 1);
  return uploads.filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(keyMarker)) > 0);
}

function gathered(uploads: readonly Upload[], prefix: string, delimiter: string): Listed[] {
  const prefixes = new Set<string>();
  return uploads.flatMap((upload): Listed[] => {
    const common = commonPrefix(upload.key, prefix, delimiter);
    if (common === undefined) return [{ upload }];
    if (prefixes.has(common)) return [];
    prefixes.add(common);
    return [{ prefix: common }];
  });
}

function checksumElementsOf({ checksum }: Upload): XmlElements {
  return checksum ? { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type } : {};
}
