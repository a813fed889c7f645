import { AwsError } from '../../../aws-api/aws-error.ts';
import { OWNER, type Perform, readDocument, requireBucket } from '../call.ts';
import { type CorsRule, corsDocument, corsRules } from '../cors.ts';
import { type XmlElements, xmlDocument } from '../xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
export const putBucketCors: Perform = async (call) => {
  const rules = corsRules(await readDocument(call));
  requireBucket(call.store, call.bucket);
  call.store.setSetting(call.bucket, 'cors', rules);
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html */
export const getBucketCors: Perform = ({ store, bucket }) => {
  const rules = store.setting(bucket, 'cors') as CorsRule[] | undefined;
  if (rules) return { body: corsDocument(rules) };
  throw noConfiguration('NoSuchCORSConfiguration', 'The CORS configuration does not exist', bucket);
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html */
export const deleteBucketCors: Perform = ({ store, bucket }) => {
  store.setSetting(bucket, 'cors', undefined);
  return { status: 204 };
};

/** That of the template. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
export const getBucketPolicy: Perform = ({ bucket, policyOf }) => {
  const policy = policyOf(bucket);
  if (policy === undefined) throw noConfiguration('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
};

/** What a bucket or an object has of a configuration that nobody has set, and nobody can set here. */
export const unset =
  (root: string, content: XmlElements = {}): Perform =>
  () => ({ body: xmlDocument(root, content) });

/** What AWS says of a configuration that nobody has set, where there is no default. */
export const unsetError =
  (code: string, message: string): Perform =>
  ({ bucket }) => {
    throw noConfiguration(code, message, bucket);
  };

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** The only grant that there is: all to the owner. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
export const getAcl: Perform = () => {
  const grantee = `<Grantee xmlns:xsi="${XSI}" xsi:type="CanonicalUser"><ID>${OWNER.ID}</ID></Grantee>`;
  const grants = `<AccessControlList><Grant>${grantee}<Permission>FULL_CONTROL</Permission></Grant></AccessControlList>`;
  const document = xmlDocument('AccessControlPolicy', { Owner: OWNER });
  return { body: document.replace('</AccessControlPolicy>', `${grants}</AccessControlPolicy>`) };
};

/** A configuration that nobody has set. */
export function noConfiguration(code: string, message: string, bucket: string): AwsError {
  return new AwsError(code, message, 404, { details: { BucketName: bucket } });
}
