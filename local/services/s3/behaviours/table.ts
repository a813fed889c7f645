import type { Behaviour } from './behaviour.ts';
import { buckets } from './buckets.ts';
import { checksums } from './checksums.ts';
import { conditions } from './conditions.ts';
import { copy } from './copy.ts';
import { cors } from './cors.ts';
import { errors } from './errors.ts';
import { keys } from './keys.ts';
import { lists } from './lists.ts';
import { multipart } from './multipart.ts';
import { multipartChecksums } from './multipart-checksums.ts';
import { objects } from './objects.ts';
import { partCopy } from './part-copy.ts';
import { postObject } from './post-object.ts';
import { ranges } from './ranges.ts';
import { tagging } from './tagging.ts';
import { urls } from './urls.ts';

/** All rows. */
export const TABLE: readonly Behaviour[] = [
  ...objects,
  ...keys,
  ...lists,
  ...ranges,
  ...conditions,
  ...copy,
  ...multipart,
  ...partCopy,
  ...checksums,
  ...multipartChecksums,
  ...urls,
  ...postObject,
  ...buckets,
  ...tagging,
  ...cors,
  ...errors,
];
