import type { Checksum } from '../checksums.ts';
import type { Segment } from './blob-files.ts';

export interface Bucket {
  readonly name: string;
  readonly created: Date;
}

export type Tags = Readonly<Record<string, string>>;

/** What a client says of an object beside its bytes. */
export interface Description {
  /** Names in lower case: `content-type` and other headers that S3 keeps, and those that begin with `x-amz-meta-`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags?: Tags | undefined;
}

/** A part of an object that was uploaded in parts. */
export interface ObjectPart extends Segment {
  readonly number: number;
  /** Base64; undefined when the client asked for none. */
  readonly checksum?: string | undefined;
}

/** An object without its bytes. */
export interface StoredObject extends Description {
  readonly id: number;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without its quotes. */
  readonly etag: string;
  /** Whole seconds, as HTTP has them. */
  readonly modified: Date;
  readonly checksum: Checksum;
  /** Undefined when the object is small, and its bytes are in the database. */
  readonly segments: readonly (Segment | ObjectPart)[] | undefined;
}

/** The parts of an object that was uploaded in parts; undefined for any other. */
export function partsOf({ segments }: StoredObject): readonly ObjectPart[] | undefined {
  return segments?.every((segment): segment is ObjectPart => 'number' in segment) ? segments : undefined;
}

/** Bytes that have arrived and belong to no object yet. */
export interface Content {
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly segments?: readonly (Segment | ObjectPart)[];
}

/** An object to be stored. */
export interface NewObject extends Description {
  readonly content: Content;
  readonly etag: string;
  readonly checksum: Checksum;
}

/** A row of the table `object`. */
export interface ObjectRow {
  readonly id: number;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly headers: string;
  readonly tags: string | null;
  readonly checksum: string;
  readonly segments: string | null;
}

/** The columns of {@link ObjectRow}: all but the bytes. */
export const OBJECT_COLUMNS = 'id, key, size, etag, modified, headers, tags, checksum, segments';

/** The object that a row describes. */
export function objectOf(row: ObjectRow): StoredObject {
  const { headers, tags, checksum, segments, modified, ...rest } = row;
  return {
    ...rest,
    modified: new Date(modified),
    headers: JSON.parse(headers),
    tags: tags === null ? undefined : JSON.parse(tags),
    checksum: JSON.parse(checksum),
    segments: segments === null ? undefined : JSON.parse(segments),
  };
}
