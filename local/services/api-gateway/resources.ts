import { z } from 'zod';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import type { Listener } from '../listeners.ts';
import { resourceHash } from '../physical-names.ts';
import { created, ignored, notSupported, provider, type ResourceProviders, texts } from '../provider.ts';
import { required } from '../service.ts';
import { parseIdentitySources } from './authorizer/identity-sources.ts';
import type {
  GatewayResponseDefinition,
  LambdaProxyIntegration,
  MockIntegration,
  RestApiDefinition,
  RestApiParts,
} from './rest-api-definition.ts';

const DEFAULT_TIMEOUT_MS = 29_000;
const DEFAULT_RESULT_TTL_SECONDS = 300;
const GATEWAY_HEADER = 'gatewayresponse.header.';

/** Reads the properties of a gateway response. */
export const gatewayResponseProperties = z
  .object({
    ResponseType: z.string(),
    StatusCode: z.coerce.number().optional(),
    ResponseParameters: texts,
    ResponseTemplates: texts,
  })
  .transform(({ ResponseType: type, StatusCode: statusCode, ResponseParameters, ResponseTemplates: templates }) => {
    const parameters = Object.entries(ResponseParameters);
    const headers = Object.fromEntries(parameters.map(([name, value]) => [name.replace(GATEWAY_HEADER, ''), value]));
    const response: GatewayResponseDefinition = { ...(statusCode !== undefined && { statusCode }), headers, templates };
    return { type, response };
  });

const partOfApi = z.object({ RestApiId: z.string() });

/** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations` becomes the function's ARN. */
const invocationUri = z
  .string()
  .regex(/:function:/, 'only Lambda functions are supported by the local runner')
  .transform((uri) => uri.replace(/^.*\/functions\//, '').replace(/\/invocations$/, ''));

const lambdaIntegration = z
  .object({
    Type: z.literal('AWS_PROXY'),
    Uri: invocationUri,
    TimeoutInMillis: z.coerce.number().default(DEFAULT_TIMEOUT_MS),
  })
  .transform(
    ({ Uri, TimeoutInMillis }): LambdaProxyIntegration => ({
      type: 'AWS_PROXY',
      functionArn: Uri,
      timeoutMs: TimeoutInMillis,
    }),
  );

const authorizer = partOfApi.extend({
  Type: z.enum(['TOKEN', 'REQUEST'], 'only Lambda authorizers are supported by the local runner'),
  AuthorizerUri: invocationUri,
  AuthorizerCredentials: notSupported,
  AuthorizerResultTtlInSeconds: z.coerce.number().min(0).max(3600).default(DEFAULT_RESULT_TTL_SECONDS),
  IdentitySource: z.string().default('').transform(parseIdentitySources),
  IdentityValidationExpression: z
    .string()
    .transform((expression) => new RegExp(`^(?:${expression})$`))
    .optional(),
});

const mockIntegration = z
  .object({
    Type: z.literal('MOCK'),
    RequestTemplates: texts,
    IntegrationResponses: z
      .array(
        z.object({
          StatusCode: z.coerce.string(),
          SelectionPattern: z.string().optional(),
          ResponseParameters: texts,
          ResponseTemplates: texts,
        }),
      )
      .default([]),
  })
  .transform(
    ({ RequestTemplates, IntegrationResponses }): MockIntegration => ({
      type: 'MOCK',
      requestTemplates: RequestTemplates,
      responses: IntegrationResponses.map(
        ({ StatusCode, SelectionPattern, ResponseParameters, ResponseTemplates }) => ({
          statusCode: StatusCode,
          ...(SelectionPattern === undefined ? {} : { selectionPattern: SelectionPattern }),
          responseParameters: ResponseParameters,
          responseTemplates: ResponseTemplates,
        }),
      ),
    }),
  );

/**
 * REST APIs, with Lambda proxy and MOCK integrations and Lambda authorizers.
 *
 * @param restApis collects what they declare, by API id
 * @param listenerOf name and port of an API
 */
export const restApiResources = (
  restApis: Map<string, RestApiParts>,
  listenerOf: (request: ResourceRequest) => Listener,
): ResourceProviders => ({
  'AWS::ApiGateway::RestApi': provider(
    'an HTTP server that behaves like API Gateway',
    z.object({ BinaryMediaTypes: z.array(z.string()).default([]), Body: notSupported, BodyS3Location: notSupported }),
    ({ BinaryMediaTypes: binaryMediaTypes }, request) => {
      const id = resourceHash(request, 10);
      const rootResourceId = resourceHash({ ...request, logicalId: `${request.logicalId}/` }, 10);
      const paths = new Map([[rootResourceId, '']]);
      restApis.set(id, {
        id,
        binaryMediaTypes,
        paths,
        authorizers: new Map(),
        routes: [],
        gatewayResponses: {},
        stage: undefined,
        listener: listenerOf(request),
      });
      return created(id, { RestApiId: id, RootResourceId: rootResourceId });
    },
  ),

  'AWS::ApiGateway::Resource': provider(
    'a path of the REST API',
    partOfApi.extend({ ParentId: z.string(), PathPart: z.string() }),
    ({ RestApiId, ParentId, PathPart }, request) => {
      const { paths } = partsOf(RestApiId, restApis);
      const id = resourceHash(request, 6);
      paths.set(id, `${pathOf(ParentId, paths)}/${PathPart}`);
      return created(id, { ResourceId: id });
    },
  ),

  'AWS::ApiGateway::Authorizer': provider(
    'a function that authorizes each request',
    authorizer,
    (properties, request) => {
      const { authorizers } = partsOf(properties.RestApiId, restApis);
      const { Type, IdentitySource: identitySources, IdentityValidationExpression: identityValidation } = properties;
      const resultTtlSeconds = properties.AuthorizerResultTtlInSeconds;
      if (Type === 'TOKEN' && (identitySources.length !== 1 || identitySources[0]?.from !== 'header')) {
        throw new Error('a TOKEN authorizer needs exactly one header as its IdentitySource');
      }
      if (Type === 'REQUEST' && identitySources.length === 0 && resultTtlSeconds > 0) {
        throw new Error(
          'caching needs an identity source: set IdentitySource, or set AuthorizerResultTtlInSeconds to 0',
        );
      }
      const id = resourceHash(request, 6);
      authorizers.set(id, {
        id,
        type: Type,
        functionArn: properties.AuthorizerUri,
        identitySources,
        resultTtlSeconds,
        ...(identityValidation === undefined ? {} : { identityValidation }),
      });
      return created(id, { AuthorizerId: id });
    },
  ),

  'AWS::ApiGateway::Method': provider(
    'a route of the REST API',
    partOfApi.extend({
      ResourceId: z.string(),
      HttpMethod: z.string(),
      AuthorizationType: z
        .enum(['NONE', 'CUSTOM'], 'only Lambda authorizers are supported by the local runner')
        .default('NONE'),
      AuthorizerId: z.string().optional(),
      RequestValidatorId: notSupported,
      Integration: z.discriminatedUnion('Type', [lambdaIntegration, mockIntegration]),
    }),
    ({ RestApiId, ResourceId, HttpMethod, Integration, AuthorizationType, AuthorizerId }, request) => {
      const { paths, routes, authorizers } = partsOf(RestApiId, restApis);
      const resourcePath = pathOf(ResourceId, paths) || '/';
      const isOpen = AuthorizationType === 'NONE';
      const authorizer = isOpen
        ? undefined
        : required(authorizers.get(AuthorizerId ?? ''), `authorizer ${AuthorizerId}`);
      routes.push({
        resourcePath,
        httpMethod: HttpMethod,
        integration: Integration,
        ...(authorizer === undefined ? {} : { authorizer }),
      });
      return created(resourceHash(request, 6));
    },
  ),

  'AWS::ApiGateway::GatewayResponse': provider(
    "the wording of the REST API's own errors",
    partOfApi.and(gatewayResponseProperties),
    ({ RestApiId, type, response }, request) => {
      partsOf(RestApiId, restApis).gatewayResponses[type] = response;
      return created(resourceHash(request, 6));
    },
  ),

  'AWS::ApiGateway::Stage': provider(
    "the REST API's stage; the local address leaves its name out",
    partOfApi.extend({ StageName: z.string() }),
    ({ RestApiId, StageName }) => {
      partsOf(RestApiId, restApis).stage = StageName;
      return created(StageName);
    },
  ),

  'AWS::ApiGateway::Account': ignored("the REST API logs to the run's own log"),
  'AWS::ApiGateway::Deployment': ignored('the REST API starts once, with all its routes'),
});

/** @throws Error when the API has no stage, since nobody could reach it then */
export function restApiDefinition({
  id,
  binaryMediaTypes,
  routes,
  gatewayResponses,
  stage,
}: RestApiParts): RestApiDefinition {
  if (stage === undefined) throw new Error(`the REST API ${id} has no stage`);
  return { id, binaryMediaTypes, routes, gatewayResponses, stage };
}

function partsOf(restApiId: string, restApis: ReadonlyMap<string, RestApiParts>): RestApiParts {
  return required(restApis.get(restApiId), `REST API ${restApiId}`);
}

function pathOf(resourceId: string, paths: ReadonlyMap<string, string>): string {
  return required(paths.get(resourceId), `resource ${resourceId} of the REST API`);
}
