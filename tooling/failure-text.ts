import { isAbsolute } from 'node:path';
import { shownPath } from './paths.ts';

/** `file:line` of a stack's frame in a file of one's own: absolute, or as a source map names it. */
const PLACE = /^\s*at (?:.*\(|async )?(?:file:\/\/)?((?!.*node_modules)[^():]+:\d+):\d+\)?$/;

/**
 * An error in one line, with its place in the sources.
 *
 * @param failure as Lambda writes one (`errorType`, `errorMessage`, `stackTrace` or `trace`) or as JavaScript has it (`name`, `message`, `stack`,
 *   `cause`). https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 * @returns undefined for anything else
 */
export function failureText(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { errorType, errorMessage, stackTrace, trace, name, message, stack, cause } = failure as Record<
    string,
    unknown
  >;
  // For Lambda's lines, the type is the name of the class, which a minified bundle shortens; an error that has a name of its own tells it.
  const [type, said] = [name ?? errorType, errorMessage ?? message];
  if (typeof said !== 'string') return undefined;
  const place = placeIn(stackTrace ?? trace ?? stack);
  const reason = failureText(cause);
  return [
    typeof type === 'string' ? `${type}: ${said}` : said,
    place === undefined ? '' : ` (${place})`,
    reason === undefined ? '' : `, caused by ${reason}`,
  ].join('');
}

function placeIn(stack: unknown): string | undefined {
  const frames = Array.isArray(stack) ? stack.map(String) : typeof stack === 'string' ? stack.split('\n') : [];
  for (const frame of frames) {
    const [, place] = PLACE.exec(frame) ?? [];
    if (place !== undefined) return isAbsolute(place) ? shownPath(place) : place;
  }
  return undefined;
}
