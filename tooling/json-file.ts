import { readFileSync } from 'node:fs';

/**
 * Reads a JSON file that another process may be writing or removing.
 *
 * @returns undefined while it is missing or written in part
 */
export function readJsonFile<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
