import { loggedHandler } from '../adapters/logged-handler.ts';
import { OidcTokenVerifier } from '../adapters/oidc/token-verifier.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { readConfig } from './config.ts';
import { authorizerEndpoint } from './endpoint.ts';

const config = readConfig();
const log = new StructuredLog();
const endpoint = authorizerEndpoint({ ...config, tokens: new OidcTokenVerifier(config, log) }, log);

/** API Gateway calls it before a request with a token reaches its function. */
export const handler = loggedHandler(log, endpoint);
