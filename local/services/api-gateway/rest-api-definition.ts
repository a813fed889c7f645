import type { AuthorizerDefinition } from './authorizer/authorizer-definition.ts';

/** A REST API of API Gateway as its template describes it, with every reference resolved. */
export interface RestApiDefinition {
  readonly id: string;
  readonly stage: string;
  readonly binaryMediaTypes: readonly string[];
  readonly routes: readonly RouteDefinition[];
  /** By response type: `DEFAULT_4XX`, `MISSING_AUTHENTICATION_TOKEN`, ... */
  readonly gatewayResponses: Readonly<Record<string, GatewayResponseDefinition>>;
}

/** What the resources of one REST API have declared so far. */
export interface RestApiParts {
  readonly id: string;
  readonly binaryMediaTypes: readonly string[];
  /** Paths without the leading slash's resource: by resource id, the root's is empty. */
  readonly paths: Map<string, string>;
  /** By id. */
  readonly authorizers: Map<string, AuthorizerDefinition>;
  readonly routes: RouteDefinition[];
  readonly gatewayResponses: Record<string, GatewayResponseDefinition>;
  stage: string | undefined;
}

/** One method of one resource. */
export interface RouteDefinition {
  /** `/api/orders/{id}` or `/{proxy+}`. */
  readonly resourcePath: string;
  /** `GET`, ..., or `ANY`. */
  readonly httpMethod: string;
  /** Absent on an open route. */
  readonly authorizer?: AuthorizerDefinition;
  readonly integration: LambdaProxyIntegration | MockIntegration;
}

export interface LambdaProxyIntegration {
  readonly type: 'AWS_PROXY';
  readonly functionArn: string;
  /** API Gateway's default, and its maximum for most APIs, is 29,000. */
  readonly timeoutMs: number;
}

export interface MockIntegration {
  readonly type: 'MOCK';
  /** Integration request templates by content type; `{ statusCode: 200 }` in those that the CDK writes for CORS. */
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  /** Status of the answer to the client. */
  readonly statusCode: string;
  /** Regular expression on the status that the request template names; absent on the default response. */
  readonly selectionPattern?: string;
  /** `method.response.header.<name>` to a literal in single quotes, as in the template. */
  readonly responseParameters: Readonly<Record<string, string>>;
  /** Body by content type; only literal text is supported. */
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** How the API words one kind of its own answers. */
export interface GatewayResponseDefinition {
  readonly statusCode?: number;
  /** Header name (without `gatewayresponse.header.`) to a literal in single quotes or a request or context expression. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body by content type, with `$context.*` variables. */
  readonly templates: Readonly<Record<string, string>>;
}
