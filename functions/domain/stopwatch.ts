/** How long ago it was started, in milliseconds. */
export type Stopwatch = () => number;

/**
 * Starts a stopwatch for what lasts longer than an invocation: a rest, the age of something kept. The monotonic clock stands
 * still while an execution environment is suspended, and the wall clock may be set, so the longer of both times counts.
 * Whatever the clocks do, such a time is over in time; a clock that is set forward ends it early.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (Lambda freezes the environment between
 * invocations), https://man7.org/linux/man-pages/man2/clock_gettime.2.html (CLOCK_MONOTONIC),
 * https://github.com/hashicorp/vault-lambda-extension/pull/150 (seen on Lambda).
 *
 * Within an invocation, `performance.now()` is right.
 */
export function startStopwatch(): Stopwatch {
  const [monotonic, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}
