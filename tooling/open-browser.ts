import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from './errors.ts';

/**
 * Opens a page in the browser that the person has chosen in their desktop; resolves once that is under way, or when the browser ends.
 *
 * @throws UserError when there is no desktop, or no browser
 */
export async function openInBrowser(url: string): Promise<void> {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  const [code] = await once(child, 'exit').catch((error: NodeJS.ErrnoException) => [error.code]);
  if (code !== 0) throw new UserError(`${command} cannot open a browser here (${code}). Open ${url} yourself.`);
}
