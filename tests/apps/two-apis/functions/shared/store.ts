import {
  DeleteObjectsCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';

const s3 = new S3Client({});
const Bucket = process.env.STATE_BUCKET!;

export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

export async function get<T>(key: string): Promise<Stored<T> | undefined> {
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    return { value: JSON.parse(await object.Body!.transformToString()) as T, etag: object.ETag! };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/** Writes an object; with an etag only if the object still has it. */
export async function put(key: string, value: unknown, etag?: string): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: key,
      Body: JSON.stringify(value),
      ContentType: 'application/json',
      IfMatch: etag,
    }),
  );
}

/**
 * Reads an object, changes it and writes it back, again if someone else wrote it meanwhile.
 * The change returns undefined to leave the object as it is.
 */
export async function update<T>(key: string, change: (value: T) => T | undefined): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await get<T>(key);
    const changed = stored && change(stored.value);
    if (!stored || changed === undefined) return undefined;
    try {
      await put(key, changed, stored.etag);
      return changed;
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if ((status !== 412 && status !== 409) || attempt === 5) throw error;
    }
  }
}

export async function keys(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: prefix })) {
    for (const object of page.Contents ?? []) found.push(object.Key!);
  }
  return found;
}

export async function all<T>(prefix: string): Promise<T[]> {
  const stored = await Promise.all((await keys(prefix)).map((key) => get<T>(key)));
  return stored.flatMap((object) => (object ? [object.value] : []));
}

export async function remove(toRemove: string[]): Promise<void> {
  for (let i = 0; i < toRemove.length; i += 1000) {
    const Objects = toRemove.slice(i, i + 1000).map((Key) => ({ Key }));
    const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors?.length) throw new Error(`Could not delete ${Errors.length} objects, e.g. ${Errors[0]!.Key}`);
  }
}
