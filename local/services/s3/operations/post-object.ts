import type { IncomingMessage } from 'node:http';
import type { Identify } from '../../../aws-api/api-call.ts';
import { AwsError } from '../../../aws-api/aws-error.ts';
import { requireKeyLength } from '../address.ts';
import { requireBucket, resourceArn, type S3Response } from '../call.ts';
import { checksumHeaders } from '../checksums.ts';
import { asReceived, describe, ENCRYPTED } from '../description.ts';
import { invalidArgument } from '../errors.ts';
import { readForm, type UploadForm } from '../form.ts';
import { type AllowedSizes, checkPolicy } from '../post-policy.ts';
import { receiveBody } from '../request-body.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { xmlDocument } from '../xml.ts';

/**
 * Stores the file of an HTML form, which is signed by a policy among its fields.
 *
 * @param identify finds out who has signed the policy
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function postObject(
  request: IncomingMessage,
  bucket: string,
  { store, identify }: { store: ObjectStore; identify: Identify },
): Promise<S3Response> {
  const form = await readForm(request);
  const { fields } = form;
  const policy = field(form, 'policy');
  const caller = identify({
    algorithm: field(form, 'X-Amz-Algorithm'),
    credential: field(form, 'X-Amz-Credential'),
    signature: field(form, 'X-Amz-Signature'),
    text: policy,
    sessionToken: fields.get('x-amz-security-token'),
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder of S3
  const key = field(form, 'key').replaceAll('${filename}', form.fileName);
  requireKeyLength(key);
  const sizes = checkPolicy(policy, new Map([...fields, ['bucket', bucket], ['key', key]]));
  caller.requireAccess('s3:PutObject', resourceArn(bucket, key));
  requireBucket(store, bucket);
  const headers = Object.fromEntries(
    [...fields].map(([name, value]) => [name === 'acl' ? 'x-amz-acl' : name, asReceived(value)]),
  );
  const description = describe(headers);
  if (description.tags) caller.requireAccess('s3:PutObjectTagging', resourceArn(bucket, key));
  const source = within(form, sizes);
  const { content, etag, checksum } = await receiveBody(request, headers, { store, source });
  store.put(bucket, key, { content, etag, checksum, ...description }, () => requireBucket(store, bucket));
  const location = `http://${request.headers.host}/${bucket}/${encodeURIComponent(key)}`;
  const described = { etag: `"${etag}"`, location, ...ENCRYPTED, ...checksumHeaders(checksum) };
  return respond(fields, described, { Location: location, Bucket: bucket, Key: key, ETag: `"${etag}"` });
}

/** Passes a file on that is as large as the policy allows, once its form is complete. */
async function* within({ file, complete }: UploadForm, { least, most }: AllowedSizes): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const piece of file as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= most) yield piece;
  }
  await complete;
  const details = { ProposedSize: String(size) };
  if (size > most) {
    const message = 'Your proposed upload exceeds the maximum allowed size';
    throw new AwsError('EntityTooLarge', message, 400, { details: { ...details, MaxSizeAllowed: String(most) } });
  }
  if (size < least) {
    const message = 'Your proposed upload is smaller than the minimum allowed size';
    throw new AwsError('EntityTooSmall', message, 400, { details: { ...details, MinSizeAllowed: String(least) } });
  }
}

function respond(
  fields: ReadonlyMap<string, string>,
  headers: Record<string, string>,
  result: { Location: string; Bucket: string; Key: string; ETag: string },
): S3Response {
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const name of ['Bucket', 'Key', 'ETag'] as const) url.searchParams.set(name.toLowerCase(), result[name]);
    return { status: 303, headers: { ...headers, location: url.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '201') return { status: 201, headers, body: xmlDocument('PostResponse', result) };
  return { status: status === '200' ? 200 : 204, headers };
}

/** @throws AwsError `InvalidArgument` when the form has no such field before its file */
function field({ fields }: UploadForm, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value !== undefined) return value;
  const message = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`;
  throw invalidArgument(message, name, '');
}
