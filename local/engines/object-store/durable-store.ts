import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import S3Object from '@20minutes/s3rver/lib/models/object.js';
import FilesystemStore, { type Listing, type ListOptions } from '@20minutes/s3rver/lib/stores/filesystem.js';

const OBJECT_SUFFIX = '._S3rver_object';
const DRAFT_MARK = '._S3rver_draft.';

/**
 * s3rver's store of one file per object, made fit for data that is kept: an object appears whole or not at all, whenever the
 * process is killed, and listings come in S3's order, without which pages would lose keys.
 */
export class DurableStore extends FilesystemStore {
  /** Removes what a killed process was about to write. */
  async removeDrafts(): Promise<void> {
    const files = await readdir(this.rootDirectory, { recursive: true });
    const drafts = files.filter((file) => file.includes(DRAFT_MARK));
    await Promise.all(drafts.map((file) => rm(join(this.rootDirectory, file))));
  }

  override async putObject(object: S3Object): Promise<{ size: number; md5: string }> {
    const { bucket, key } = object;
    const path = this.getResourcePath(bucket, key, 'object');
    const draft = this.getResourcePath(bucket, key, `draft.${randomUUID()}`);
    await mkdir(dirname(path), { recursive: true });
    try {
      const [size, md5] = await this.putContent(draft, object.content);
      // The content comes last, since it is what makes the object exist.
      await this.putMetadata(bucket, key, object.metadata);
      // Without its file the hash is computed afresh: one of the old content never stands beside the new.
      await rm(this.getResourcePath(bucket, key, 'object.md5'), { force: true });
      await rename(draft, path);
      await this.#writeWhole(bucket, key, 'object.md5', md5);
      return { size, md5 };
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Whole or not at all: half a file of metadata would make its object unreadable. */
  override async putMetadata(bucket: string, key: string, metadata: Record<string, string>): Promise<void> {
    await this.#writeWhole(bucket, key, 'metadata.json', JSON.stringify(metadata));
  }

  async #writeWhole(bucket: string, key: string, resource: string, text: string): Promise<void> {
    const draft = this.getResourcePath(bucket, key, `draft.${randomUUID()}`);
    await writeFile(draft, text);
    await rename(draft, this.getResourcePath(bucket, key, resource));
  }

  /** Leaves empty folders behind: removing them could meet an object that is being written into one. */
  override async deleteObject(bucket: string, key: string): Promise<void> {
    const resources = ['object', 'object.md5', 'metadata.json'];
    await Promise.all(resources.map((resource) => rm(this.getResourcePath(bucket, key, resource), { force: true })));
  }

  override async listObjects(bucket: string, options: ListOptions): Promise<Listing> {
    const { delimiter = '', startAfter = '', prefix = '', maxKeys = Number.POSITIVE_INFINITY } = options;
    const page: string[] = [];
    const commonPrefixes = new Set<string>();
    let isTruncated = false;
    for (const key of await this.#sortedKeys(bucket)) {
      if (key <= startAfter || !key.startsWith(prefix)) continue;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end !== -1) {
        commonPrefixes.add(key.slice(0, end + delimiter.length));
      } else if (page.length < maxKeys) {
        page.push(key);
      } else {
        isTruncated = true;
        break;
      }
    }
    const objects = await Promise.all(page.map((key) => this.#describe(bucket, key)));
    return {
      objects: objects.filter((object) => object !== undefined),
      commonPrefixes: [...commonPrefixes],
      isTruncated,
    };
  }

  async #sortedKeys(bucket: string): Promise<string[]> {
    const root = this.getBucketPath(bucket);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(OBJECT_SUFFIX))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).slice(0, -OBJECT_SUFFIX.length))
      .sort();
  }

  /** Undefined for an object that was deleted meanwhile. */
  async #describe(bucket: string, key: string): Promise<S3Object | undefined> {
    try {
      return new S3Object(bucket, key, null, await this.getMetadata(bucket, key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
