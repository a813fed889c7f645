import type { Listener } from '../listeners.ts';
import type { Schema } from './request-validation/body-models.ts';
import type { MethodSettings } from './throttling/method-settings.ts';
import type { Rate } from './throttling/rate.ts';

/** A REST API of API Gateway as its template describes it, with every reference resolved. */
export interface RestApiDefinition {
  readonly id: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly binaryMediaTypes: readonly string[];
  readonly apiKeySource: ApiKeySource;
  readonly routes: readonly RouteDefinition[];
  /** By name: the models of bodies. */
  readonly models: ReadonlyMap<string, Schema>;
  /** By response type: `DEFAULT_4XX`, `MISSING_AUTHENTICATION_TOKEN`, ... */
  readonly gatewayResponses: Readonly<Record<string, GatewayResponseDefinition>>;
}

/** What the resources of one REST API have declared so far. */
export interface RestApiParts {
  readonly id: string;
  readonly listener: Listener;
  readonly binaryMediaTypes: readonly string[];
  readonly apiKeySource: ApiKeySource;
  readonly rootResourceId: string;
  /** By id: the resources below the root, which refer to the one above. */
  readonly paths: Map<string, { readonly parentId: string; readonly part: string }>;
  /** By id, as all that follows unless it says otherwise. */
  readonly authorizers: Map<string, AuthorizerDefinition>;
  readonly validators: Map<string, ValidatorDefinition>;
  /** By name. */
  readonly models: Map<string, Schema>;
  readonly methods: Map<string, MethodDeclaration>;
  /** By response type. */
  readonly gatewayResponses: Map<string, GatewayResponseDefinition>;
  /** By name. */
  readonly stages: Map<string, StageDefinition>;
}

/** A method as its resource declares it, which refers to others of its API. */
export interface MethodDeclaration {
  readonly resourceId: string;
  readonly httpMethod: string;
  readonly authorizerId?: string | undefined;
  readonly validatorId?: string | undefined;
  readonly apiKeyRequired: boolean;
  readonly parameters: readonly string[];
  readonly models: Readonly<Record<string, string>>;
  readonly integration: RouteDefinition['integration'];
}

/** What a validator looks at. */
export interface ValidatorDefinition {
  readonly body: boolean;
  readonly parameters: boolean;
}

/** What a method requires of its requests. */
export interface RequestRules {
  /** `method.request.querystring.limit` and the like. */
  readonly parameters?: readonly string[];
  /** By content type, or `$default` for all: the name of the model that a body must fit. */
  readonly models?: Readonly<Record<string, string>>;
}

/** Where a request has its API key: in the header `x-api-key`, or in the authorizer's result. */
export type ApiKeySource = 'HEADER' | 'AUTHORIZER';

export interface StageDefinition {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly methodSettings: MethodSettings;
}

/** One method of one resource. */
export interface RouteDefinition {
  /** `/things/{id}` or `/{proxy+}`. */
  readonly resourcePath: string;
  /** `GET`, ..., or `ANY`. */
  readonly httpMethod: string;
  readonly authorizer?: AuthorizerDefinition;
  readonly apiKeyRequired?: boolean;
  readonly rules?: RequestRules;
  /** The limit of its own. */
  readonly throttle?: Rate;
  readonly integration: LambdaProxyIntegration | MockIntegration;
}

export interface LambdaProxyIntegration {
  readonly type: 'AWS_PROXY';
  readonly functionArn: string;
  readonly timeoutMs: number;
}

export interface MockIntegration {
  readonly type: 'MOCK';
  /** By content type. */
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  readonly statusCode: string;
  /** Regular expression on the status that the request template names; absent on the default response. */
  readonly selectionPattern?: string;
  /** `method.response.header.<name>` to a literal in single quotes. */
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** How the API customizes a type of gateway response. */
export interface GatewayResponseDefinition {
  readonly statusCode?: number;
  /** Header name (without `gatewayresponse.header.`) to a literal in single quotes or a request or context expression. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body by content type, with `$context.*` variables. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface AuthorizerDefinition {
  readonly id: string;
  /** `TOKEN` gives the function one header, `REQUEST` the whole request without its body. */
  readonly type: 'TOKEN' | 'REQUEST';
  /** May end in an alias or a version. */
  readonly functionArn: string;
  /** What a request must have before the function is asked; their values are the key of the cached result. */
  readonly identitySources: readonly IdentitySource[];
  readonly identityValidation?: RegExp;
  /** 0 turns the cache off. */
  readonly resultTtlSeconds: number;
}

export interface IdentitySource {
  readonly from: 'header' | 'querystring' | 'context' | 'stageVariables';
  readonly name: string;
}

/** Whether an API treats a `Content-Type` or `Accept` as binary; only the first type in it counts, as on AWS. */
export function isBinary(
  { binaryMediaTypes }: Pick<RestApiDefinition, 'binaryMediaTypes'>,
  mediaType?: string,
): boolean {
  const [type, subtype] = mediaType?.split(/[;,]/, 1)[0]?.trim().toLowerCase().split('/') ?? [];
  if (!type || !subtype) return binaryMediaTypes.includes('*/*');
  return binaryMediaTypes.some((candidate) => {
    const [candidateType = '', candidateSubtype = ''] = candidate.toLowerCase().split('/');
    return [type, '*'].includes(candidateType) && [subtype, '*'].includes(candidateSubtype);
  });
}
