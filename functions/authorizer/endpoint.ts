import type {
  APIGatewayAuthorizerResultContext,
  APIGatewayAuthorizerWithContextResult,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';
import { InvalidTokenError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { type AuthorizeDependencies, authorize, type Bearer } from './authorize.ts';
import { readBearerToken } from './input.ts';

/** What the functions behind the API are told about the caller. API Gateway makes text of everything. */
interface CallerContext extends APIGatewayAuthorizerResultContext {
  readonly userId?: string;
  readonly userClaim: string;
  readonly operator: 'true' | 'false';
  /** When the token expires: API Gateway keeps this answer for some minutes. */
  readonly exp: string;
}

export type AuthorizerAnswer = APIGatewayAuthorizerWithContextResult<CallerContext>;

/**
 * Lets a request in whose token is genuine; what its bearer may do there is decided behind it.
 *
 * @throws Error `Unauthorized`, the very word for which API Gateway answers 401; for any other error it answers 500.
 *   https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export function authorizerEndpoint(dependencies: AuthorizeDependencies, log: Log) {
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<AuthorizerAnswer> => {
    try {
      const bearer = await authorize(readBearerToken(event), dependencies);
      return toAnswer(bearer, dependencies.userClaim, event.methodArn);
    } catch (error) {
      if (error instanceof InvalidTokenError) {
        log.info('a token was refused', { reason: error.message });
        throw new Error('Unauthorized');
      }
      log.error('a token could not be checked', { error });
      throw error;
    }
  };
}

function toAnswer(bearer: Bearer, userClaim: string, methodArn: string): AuthorizerAnswer {
  return {
    principalId: bearer.subject,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: wholeStage(methodArn) }],
    },
    context: {
      ...(bearer.userId === undefined ? {} : { userId: bearer.userId }),
      userClaim,
      operator: bearer.operator ? 'true' : 'false',
      exp: String(bearer.expiresAt),
    },
  };
}

/** The answer is kept by token, for whatever is asked next: it must not name the method that was asked first. */
function wholeStage(methodArn: string): string {
  const [api, stage] = methodArn.split('/');
  return `${api}/${stage}/*`;
}
