import { UserError } from '../../tooling/errors.ts';

const TIMEOUT_MS = 5_000;

/** Whether LocalStack answers. @param url such as `http://127.0.0.1:4566` */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_localstack/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) })).ok;
  } catch {
    return false; // nobody listens, or not in time
  }
}

/** @throws UserError when LocalStack does not answer */
export async function requireHealthy(url: string): Promise<void> {
  if (await isHealthy(url)) return;
  throw new UserError(`LocalStack does not answer at ${url}. \`npm run localstack -- logs\` may say why.`);
}
