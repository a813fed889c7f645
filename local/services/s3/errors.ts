import { AwsError } from '../../aws-api/aws-error.ts';

// S3's own errors, in its words: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html

/** 404: there is no bucket of this name. */
export function noSuchBucket(bucket: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { details: { BucketName: bucket } });
}

/** 404: the bucket has no such object. */
export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { details: { Key: key } });
}

/** 404: no multipart upload of this id is under way for the key. */
export function noSuchUpload(uploadId: string): AwsError {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new AwsError('NoSuchUpload', message, 404, { details: { UploadId: uploadId } });
}

/** 400: a header or a query parameter, by its name, has a value that it cannot have. */
export function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError('InvalidArgument', message, 400, { details: { ArgumentName: name, ArgumentValue: value } });
}

/** 400: the body is not the XML document that the operation takes. @param cause what the parser says */
export function malformedXml(cause?: unknown): AwsError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new AwsError('MalformedXML', message, 400, { cause });
}

/** @param condition the header that did not hold */
export function preconditionFailed(condition: string): AwsError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new AwsError('PreconditionFailed', message, 412, { details: { Condition: condition } });
}

/** What AWS itself does not take. @param header its name, or its names */
export function headerNotImplemented(header: string, additionalMessage?: string): AwsError {
  const message = 'A header you provided implies functionality that is not implemented';
  const details = { Header: header, ...(additionalMessage === undefined ? {} : { additionalMessage }) };
  return new AwsError('NotImplemented', message, 501, { details });
}

/** What AWS has and the local S3 has not. @param what a noun phrase */
export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `The local S3 does not support ${what}.`, 501);
}
