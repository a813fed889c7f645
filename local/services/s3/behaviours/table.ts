import type { Behaviour } from './behaviour.ts';
import { buckets } from './buckets.ts';
import { checksums } from './checksums.ts';
import { completion } from './completion.ts';
import { conditions } from './conditions.ts';
import { copy } from './copy.ts';
import { cors } from './cors.ts';
import { deletions } from './deletions.ts';
import { errors } from './errors.ts';
import { keys } from './keys.ts';
import { listAnswers } from './list-answers.ts';
import { lists } from './lists.ts';
import { multipart } from './multipart.ts';
import { multipartChecksums } from './multipart-checksums.ts';
import { objects } from './objects.ts';
import { partCopy } from './part-copy.ts';
import { postObject } from './post-object.ts';
import { ranges } from './ranges.ts';
import { signedChunks } from './signed-chunks.ts';
import { tagging } from './tagging.ts';
import { urls } from './urls.ts';

/**
 * All rows. What AWS's pages leave open was taken from recordings of AWS's answers, above all those in LocalStack's tests
 * (tests/aws/services/s3/*.snapshot.json).
 */
export const TABLE: readonly Behaviour[] = [
  ...objects,
  ...deletions,
  ...keys,
  ...lists,
  ...listAnswers,
  ...ranges,
  ...conditions,
  ...copy,
  ...multipart,
  ...completion,
  ...partCopy,
  ...checksums,
  ...multipartChecksums,
  ...signedChunks,
  ...urls,
  ...postObject,
  ...buckets,
  ...tagging,
  ...cors,
  ...errors,
];
