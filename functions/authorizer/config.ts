import * as z from 'zod';
import { readEnvironment, text } from '../adapters/environment.ts';

/** `name=value`: which claim makes an operator. The name ends at the first equals sign. */
const operatorClaim = z
  .string()
  .regex(/^[^=]+=.+$/, 'must look like name=value')
  .transform((rule) => {
    const end = rule.indexOf('=');
    return { name: rule.slice(0, end), value: rule.slice(end + 1) };
  });

/** What authorizer needs to know, read once at cold start. */
export function readConfig(environment?: NodeJS.ProcessEnv) {
  const variables = {
    // Compared as it is written: a slash at its end makes another issuer.
    ISSUER: z.url({ protocol: /^https$/ }),
    AUDIENCE: text,
    USER_CLAIM: text,
    OPERATOR_CLAIM: operatorClaim.optional(),
  };
  return readEnvironment(variables, environment);
}
