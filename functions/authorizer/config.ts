import * as z from 'zod';
import { nonEmpty, readEnvironment, variable } from '../adapters/environment.ts';
import { parseOperatorClaim } from '../domain/identity.ts';

/** `name=value`: which claim makes an operator. */
const operatorClaim = z
  .string()
  .regex(/^[^=]+=.+$/, 'must look like name=value')
  .transform(parseOperatorClaim);

/** The variables of the authorizer. @throws EnvironmentError */
export function readConfig(environment?: NodeJS.ProcessEnv) {
  const groups = {
    // Compared as it is written: a trailing slash makes another issuer.
    issuer: variable('ISSUER', z.url({ protocol: /^https$/ })),
    audience: variable('AUDIENCE', nonEmpty),
    userClaim: variable('USER_CLAIM', nonEmpty),
    operatorClaim: variable('OPERATOR_CLAIM', operatorClaim.optional()),
  };
  return readEnvironment(groups, environment);
}
