import { AwsError } from '../../../aws-api/aws-error.ts';
import { type Perform, readDocument, resourceArn, type S3Call } from '../call.ts';
import { deleteCondition } from '../conditions.ts';
import { malformedXml } from '../errors.ts';
import { actionOn } from '../version-actions.ts';
import { parseXml, type XmlElements, type XmlNode, xmlDocument } from '../xml.ts';

const MOST_KEYS = 1000;

/**
 * Each object succeeds or fails by itself. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export const deleteObjects: Perform = async (call) => {
  const request = parseXml(await readDocument(call), 'Delete');
  const objects = request.all('Object');
  if (objects.length === 0 || objects.length > MOST_KEYS) throw malformedXml();
  const wanted = objects.map((object) => ({ object, key: object.textOf('Key') }));
  const isQuiet = request.textOf('Quiet') === 'true';
  const Deleted: XmlElements[] = [];
  const failed: XmlElements[] = [];
  for (const { object, key } of wanted) {
    if (key === undefined || key === '') throw malformedXml();
    const failure = failureOf(call, key, object);
    if (failure) failed.push({ Key: key, Code: failure.code, Message: failure.message });
    else if (!isQuiet) Deleted.push({ Key: key });
  }
  return { body: xmlDocument('DeleteResult', { Deleted, Error: failed }) };
};

/** Deletes an object. @returns why it could not be deleted */
function failureOf({ bucket, store, caller }: S3Call, key: string, object: XmlNode): AwsError | undefined {
  try {
    const version = object.textOf('VersionId');
    caller.requireAccess(actionOn(version, 's3:DeleteObject'), resourceArn(bucket, key));
    if (version !== undefined && version !== 'null') {
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404);
    }
    store.delete(bucket, key, deleteCondition(object.textOf('ETag'), key));
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}
