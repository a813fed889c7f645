/** Of a request. The gateway has it in its error for bodies that never reach a function. */
export const BODY_LIMIT_BYTES = 64 * 1024;
export const BODY_LIMIT = `${BODY_LIMIT_BYTES / 1024} KiB`;

/** Response headers, of functions and gateway, that pages of any origin may read. */
export const EXPOSED_HEADERS = ['Location', 'Retry-After', 'Idempotent-Replayed'];
