/** Actions on an object whose version is named, by those on its current one. */
const ON_A_VERSION: Readonly<Record<string, string>> = {
  's3:GetObject': 's3:GetObjectVersion',
  's3:GetObjectAttributes': 's3:GetObjectVersionAttributes',
  's3:DeleteObject': 's3:DeleteObjectVersion',
  's3:GetObjectTagging': 's3:GetObjectVersionTagging',
  's3:PutObjectTagging': 's3:PutObjectVersionTagging',
  's3:DeleteObjectTagging': 's3:DeleteObjectVersionTagging',
};

/**
 * The action that a request asks for, which is another one when it names a version, also the version `null` of a bucket without versioning.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html, https://github.com/ansible-collections/amazon.aws/issues/1533
 */
export function actionOn(version: string | undefined, action: string): string {
  return version === undefined ? action : (ON_A_VERSION[action] ?? action);
}
