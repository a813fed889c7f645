import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Lets stacks of errors name the sources that a bundle was made of. Node's `--enable-source-maps` does the same, but reads the
 * map at each cold start; here the first stack that somebody looks at reads it.
 * https://nodejs.org/api/module.html#class-modulesourcemap, https://v8.dev/docs/stack-trace-api
 *
 * @param bundle its address; left as it is when no map lies beside it
 */
export function mapStacks(bundle: string): void {
  const mapFile = fileURLToPath(`${bundle}.map`);
  if (!existsSync(mapFile)) return;
  let map: SourceMap | undefined;
  const inSource = (inBundle: string, line: string, column: string) => {
    map ??= new SourceMap(JSON.parse(readFileSync(mapFile, 'utf8')));
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return inBundle;
    return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };
  const place = new RegExp(`${RegExp.escape(bundle)}:(\\d+):(\\d+)`);
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => `\n    at ${String(frame).replace(place, inSource)}`);
    return Error.prototype.toString.call(error) + lines.join('');
  };
}
