import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSecrets } from '../database-secrets.ts';

/** Before both passwords of a rotation are asked for again; doubled each time. */
const FIRST_BACKOFF_MS = 100;

/**
 * After a refused login, makes the next one use the password that Postgres may have been given a moment ago, and after
 * that the one that it had before: a rotation changes Postgres first and names the new password the current one later.
 *
 * @param refusals how many logins were refused before this one
 */
export async function changePassword(secrets: DatabaseSecrets, secret: string, refusals: number): Promise<void> {
  const [round, isSecond] = [Math.floor(refusals / 2), refusals % 2 === 1];
  if (round > 0 && !isSecond) await delay(FIRST_BACKOFF_MS * 2 ** (round - 1));
  if (isSecond || !(await secrets.renew(secret, 'AWSPENDING'))) await secrets.renew(secret, 'AWSCURRENT');
}
