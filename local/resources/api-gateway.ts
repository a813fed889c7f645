import { z } from 'zod';
import type {
  LambdaProxyIntegration,
  MockIntegration,
  RestApiDefinition,
  RestApiParts,
} from '../gateway/rest-api-definition.ts';
import type { RunnerContext } from './context.ts';
import { created, type Handlers, ignored, run } from './handler.ts';
import { resourceHash } from './names.ts';
import { notSupported, texts } from './properties.ts';

const DEFAULT_TIMEOUT_MS = 29_000;
const GATEWAY_HEADER = 'gatewayresponse.header.';
const partOfApi = z.object({ RestApiId: z.string() });

const lambdaIntegration = z
  .object({
    Type: z.literal('AWS_PROXY'),
    Uri: z.string().regex(/:function:/, 'only Lambda functions are supported by the local runner'),
    TimeoutInMillis: z.coerce.number().default(DEFAULT_TIMEOUT_MS),
  })
  .transform(({ Uri, TimeoutInMillis }): LambdaProxyIntegration => {
    // arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations
    const functionArn = Uri.replace(/^.*\/functions\//, '').replace(/\/invocations$/, '');
    return { type: 'AWS_PROXY', functionArn, timeoutMs: TimeoutInMillis };
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

/** API Gateway: REST APIs, with Lambda proxy and MOCK integrations. */
export const apiGatewayHandlers: Handlers = {
  'AWS::ApiGateway::RestApi': run(
    'an HTTP server that answers as API Gateway does',
    z.object({ BinaryMediaTypes: z.array(z.string()).default([]), Body: notSupported, BodyS3Location: notSupported }),
    ({ BinaryMediaTypes: binaryMediaTypes }, request) => {
      const id = resourceHash(request, 10);
      const rootResourceId = resourceHash({ ...request, logicalId: `${request.logicalId}/` }, 10);
      const paths = new Map([[rootResourceId, '']]);
      request.context.restApis.set(id, {
        id,
        binaryMediaTypes,
        paths,
        routes: [],
        gatewayResponses: {},
        stage: undefined,
      });
      return created(id, { RestApiId: id, RootResourceId: rootResourceId });
    },
  ),

  'AWS::ApiGateway::Resource': run(
    'a path of the REST API',
    partOfApi.extend({ ParentId: z.string(), PathPart: z.string() }),
    ({ RestApiId, ParentId, PathPart }, request) => {
      const { paths } = partsOf(RestApiId, request.context);
      const id = resourceHash(request, 6);
      paths.set(id, `${pathOf(ParentId, paths)}/${PathPart}`);
      return created(id, { ResourceId: id });
    },
  ),

  'AWS::ApiGateway::Method': run(
    'a route of the REST API',
    partOfApi.extend({
      ResourceId: z.string(),
      HttpMethod: z.string(),
      AuthorizationType: z.literal('NONE', 'authorizers are not supported by the local runner').default('NONE'),
      RequestValidatorId: notSupported,
      Integration: z.discriminatedUnion('Type', [lambdaIntegration, mockIntegration]),
    }),
    ({ RestApiId, ResourceId, HttpMethod, Integration }, request) => {
      const { paths, routes } = partsOf(RestApiId, request.context);
      const resourcePath = pathOf(ResourceId, paths) || '/';
      routes.push({ resourcePath, httpMethod: HttpMethod, integration: Integration });
      return created(resourceHash(request, 6));
    },
  ),

  'AWS::ApiGateway::GatewayResponse': run(
    "the wording of the REST API's own errors",
    partOfApi.extend({
      ResponseType: z.string(),
      StatusCode: z.coerce.number().optional(),
      ResponseParameters: texts,
      ResponseTemplates: texts,
    }),
    ({ RestApiId, ResponseType, StatusCode, ResponseParameters, ResponseTemplates }, request) => {
      partsOf(RestApiId, request.context).gatewayResponses[ResponseType] = {
        ...(StatusCode === undefined ? {} : { statusCode: StatusCode }),
        headers: Object.fromEntries(
          Object.entries(ResponseParameters).map(([name, value]) => [name.replace(GATEWAY_HEADER, ''), value]),
        ),
        templates: ResponseTemplates,
      };
      return created(resourceHash(request, 6));
    },
  ),

  'AWS::ApiGateway::Stage': run(
    "the REST API's stage; the local address leaves its name out",
    partOfApi.extend({ StageName: z.string() }),
    ({ RestApiId, StageName }, { context }) => {
      partsOf(RestApiId, context).stage = StageName;
      return created(StageName);
    },
  ),

  'AWS::ApiGateway::Deployment': ignored('the REST API starts once, with all its routes'),
};

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

function partsOf(restApiId: string, { restApis }: RunnerContext): RestApiParts {
  const parts = restApis.get(restApiId);
  if (!parts) throw new Error(`${restApiId} is no REST API of this run`);
  return parts;
}

function pathOf(resourceId: string, paths: ReadonlyMap<string, string>): string {
  const path = paths.get(resourceId);
  if (path === undefined) throw new Error(`${resourceId} is no resource of the REST API`);
  return path;
}
