/** The parts of s3rver 4 that are used here; the package has no types of its own. */

declare module '@20minutes/s3rver' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:http';
  import FilesystemStore from '@20minutes/s3rver/lib/stores/filesystem.js';

  export default class S3rver extends EventEmitter {
    constructor(options: {
      directory: string;
      silent: boolean;
      vhostBuckets: boolean;
      allowMismatchedSignatures: boolean;
    });
    store: FilesystemStore;
    readonly context: { store: FilesystemStore };
    listen(port: number, address: string): Promise<Server>;
  }
}

declare module '@20minutes/s3rver/lib/models/object.js' {
  export default class S3Object {
    constructor(bucket: string, key: string, content: unknown, metadata: Record<string, string>);
    readonly bucket: string;
    readonly key: string;
    readonly content: unknown;
    readonly metadata: Record<string, string>;
  }
}

declare module '@20minutes/s3rver/lib/stores/filesystem.js' {
  import type S3Object from '@20minutes/s3rver/lib/models/object.js';

  export interface ListOptions {
    readonly delimiter?: string;
    readonly startAfter?: string;
    readonly prefix?: string;
    readonly maxKeys?: number;
  }

  export interface Listing {
    readonly objects: S3Object[];
    readonly commonPrefixes: string[];
    readonly isTruncated: boolean;
  }

  export default class FilesystemStore {
    constructor(directory: string);
    readonly rootDirectory: string;
    getBucketPath(bucket: string): string;
    getResourcePath(bucket: string, key: string, resource: string): string;
    getMetadata(bucket: string, key: string): Promise<Record<string, string>>;
    putMetadata(bucket: string, key: string, metadata: Record<string, string>): Promise<void>;
    putContent(path: string, content: unknown): Promise<[size: number, md5: string]>;
    putObject(object: S3Object): Promise<{ size: number; md5: string }>;
    deleteObject(bucket: string, key: string): Promise<void>;
    listObjects(bucket: string, options: ListOptions): Promise<Listing>;
  }
}
