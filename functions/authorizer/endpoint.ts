import type {
  APIGatewayAuthorizerResultContext,
  APIGatewayAuthorizerWithContextResult,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';
import { InvalidTokenError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { type AuthorizeDependencies, authorize, type Bearer } from './authorize.ts';
import { readBearerToken } from './input.ts';

/** What functions behind the API are told. API Gateway turns every value into text. */
interface CallerContext extends APIGatewayAuthorizerResultContext {
  readonly userId?: string;
  readonly userClaim: string;
  readonly operator: 'true' | 'false';
  /** When the token expires: API Gateway caches this response for some minutes. */
  readonly exp: string;
}

export type AuthorizerResponse = APIGatewayAuthorizerWithContextResult<CallerContext>;

/**
 * Lets in every genuine token; functions decide what its bearer may do.
 *
 * @throws Error `Unauthorized`, for which API Gateway responds with 401; with 500 for any other error.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export function authorizerEndpoint(dependencies: AuthorizeDependencies, log: Log) {
  return async (event: APIGatewayTokenAuthorizerEvent): Promise<AuthorizerResponse> => {
    try {
      const bearer = await authorize(readBearerToken(event), dependencies);
      return toResponse(bearer, dependencies.userClaim, event.methodArn);
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

function toResponse(bearer: Bearer, userClaim: string, methodArn: string): AuthorizerResponse {
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

/** The response is cached by token, so it must not name the method of this request. */
function wholeStage(methodArn: string): string {
  const [api, stage] = methodArn.split('/');
  return `${api}/${stage}/*`;
}
