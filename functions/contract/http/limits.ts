/** The most that a request's body may have. The gateway says so as well, for bodies that never reach a function. */
export const BODY_LIMIT_BYTES = 64 * 1024;
/** The same for people. */
export const BODY_LIMIT = `${BODY_LIMIT_BYTES / 1024} KiB`;

/** Headers that a page of any origin may read, in answers of functions and of the gateway before them. */
export const EXPOSED_HEADERS = ['Location', 'Retry-After', 'Idempotent-Replayed'];
