import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The keys of the context in a person's own `~/.cdk.json`, which the CDK adds to that of each of their projects.
 * https://docs.aws.amazon.com/cdk/v2/guide/context.html
 *
 * @param home the folder that the CDK looks in
 */
export function personalContextKeys(home: string = homedir()): string[] {
  const file = join(home, '.cdk.json');
  // The CDK has read it before, so it is JSON.
  return existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, 'utf8')).context ?? {}) : [];
}
