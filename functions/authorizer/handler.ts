import type { APIGatewayTokenAuthorizerEvent, Context } from 'aws-lambda';
import { OidcTokenVerifier } from '../adapters/oidc/token-verifier.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { readConfig } from './config.ts';
import { type AuthorizerAnswer, authorizerEndpoint } from './endpoint.ts';

const config = readConfig();
const log = new StructuredLog();
const endpoint = authorizerEndpoint(
  {
    tokens: new OidcTokenVerifier({ issuer: config.ISSUER, audience: config.AUDIENCE }, log),
    userClaim: config.USER_CLAIM,
    operatorClaim: config.OPERATOR_CLAIM,
  },
  log,
);

/** Asked by API Gateway before a request with a token reaches its function. */
export async function handler(event: APIGatewayTokenAuthorizerEvent, context: Context): Promise<AuthorizerAnswer> {
  log.startRequest(context.awsRequestId);
  return endpoint(event);
}
