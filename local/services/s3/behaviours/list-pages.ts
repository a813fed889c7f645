import { expect } from 'vitest';
import type { Session } from './session.ts';

export const FOLDER = ['folder/aSubfolder/subFile1', 'folder/aSubfolder/subFile2', 'folder/file1', 'folder/file2'];

export async function putAll(s3: Session, keys: readonly string[]): Promise<void> {
  for (const key of keys) await s3.put(key);
}

/** The names in an answer: keys, then common prefixes. */
export function namesIn(answer: object): string[] {
  const { Contents = [], CommonPrefixes = [] } = answer as {
    Contents?: { Key: string }[];
    CommonPrefixes?: { Prefix: string }[];
  };
  return [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
}

/** The pages of a list, each as its names, in both versions of the operation. */
export async function pagesV2(s3: Session, input: object): Promise<string[][]> {
  const pages = [];
  for (let next: object = {}; ; ) {
    const page = await s3.call('ListObjectsV2', { ...input, ...next });
    expect(page.KeyCount).toBe(namesIn(page).length);
    pages.push(namesIn(page));
    if (!page.IsTruncated) return pages;
    next = { ContinuationToken: page.NextContinuationToken };
  }
}

async function pagesV1(s3: Session, input: object): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: object = {}; ; ) {
    const page = await s3.call('ListObjects', { ...input, ...next });
    pages.push(namesIn(page));
    if (!page.IsTruncated) return pages;
    next = { Marker: page.NextMarker ?? pages.at(-1)?.at(-1) };
  }
}

/** Both versions of the operation. */
export const BOTH = [
  ['ListObjectsV2', pagesV2],
  ['ListObjects', pagesV1],
] as const;
