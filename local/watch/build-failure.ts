import { type BuildFailure, formatMessages } from 'esbuild';

/** Why something could not be built, with the place of each error. @param goesOn what is served in its place */
export async function buildFailureText(error: unknown, label: string, goesOn: string): Promise<string> {
  const { errors } = error as Partial<BuildFailure>;
  if (errors === undefined) return `${label} could not be reloaded: ${(error as Error).message}`;
  const messages = await formatMessages(errors, { kind: 'error' });
  return `${label} goes on with its former ${goesOn}:\n${messages.join('').trim()}`;
}
