import { z } from 'zod';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import type { Listener } from '../listeners.ts';
import { resourceHash } from '../physical-names.ts';
import { created, ignored, notSupported, provider, type ResourceProviders } from '../provider.ts';
import { required } from '../service.ts';
import {
  authorizerProperties,
  gatewayResponseProperties,
  methodProperties,
  modelProperties,
  partOfApi,
  restApiProperties,
  stageName,
  stageProperties,
  validatorProperties,
} from './resource-properties.ts';
import type { RestApiDefinition, RestApiParts, RouteDefinition, StageDefinition } from './rest-api-definition.ts';
import { throttleOf } from './throttling/method-settings.ts';

/**
 * REST APIs, with Lambda proxy and MOCK integrations and Lambda authorizers.
 *
 * @param restApis collects what they declare, by API id
 * @param listenerOf name and port of an API
 */
export function restApiResources(
  restApis: Map<string, RestApiParts>,
  listenerOf: (request: ResourceRequest) => Listener,
): ResourceProviders {
  const stageOfDeployment = provider(
    'a stage of the REST API',
    partOfApi.extend({ StageName: stageName, StageDescription: notSupported, DeploymentCanarySettings: notSupported }),
    ({ RestApiId, StageName: name }, request) => {
      addStage(partsOf(RestApiId, restApis), { name, variables: {}, methodSettings: [] });
      const id = resourceHash(request, 6);
      return created(id, { DeploymentId: id });
    },
  );

  return {
    'AWS::ApiGateway::RestApi': provider(
      'an HTTP server that behaves like API Gateway',
      restApiProperties,
      ({ BinaryMediaTypes: binaryMediaTypes, ApiKeySourceType: apiKeySource }, request) => {
        const id = resourceHash(request, 10);
        const rootResourceId = resourceHash({ ...request, logicalId: `${request.logicalId}/` }, 10);
        restApis.set(id, {
          id,
          listener: listenerOf(request),
          binaryMediaTypes,
          apiKeySource,
          paths: new Map([[rootResourceId, '']]),
          authorizers: new Map(),
          validators: new Map(),
          models: new Map(),
          routes: [],
          gatewayResponses: {},
          stage: undefined,
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
      authorizerProperties,
      (properties, request) => {
        const { authorizers } = partsOf(properties.RestApiId, restApis);
        const { IdentityValidationExpression: identityValidation } = properties;
        const id = resourceHash(request, 6);
        authorizers.set(id, {
          id,
          type: properties.Type,
          functionArn: properties.AuthorizerUri,
          identitySources: properties.IdentitySource,
          resultTtlSeconds: properties.AuthorizerResultTtlInSeconds,
          ...(identityValidation === undefined ? {} : { identityValidation }),
        });
        return created(id, { AuthorizerId: id });
      },
    ),

    'AWS::ApiGateway::Method': provider('a route of the REST API', methodProperties, (properties, request) => {
      const parts = partsOf(properties.RestApiId, restApis);
      parts.routes.push(routeOf(properties, parts));
      return created(resourceHash(request, 6));
    }),

    'AWS::ApiGateway::RequestValidator': provider(
      'what methods require of requests',
      validatorProperties,
      ({ RestApiId, ValidateRequestBody: body, ValidateRequestParameters: parameters }, request) => {
        const id = resourceHash(request, 6);
        partsOf(RestApiId, restApis).validators.set(id, { body, parameters });
        return created(id, { RequestValidatorId: id });
      },
    ),

    'AWS::ApiGateway::Model': provider(
      'a schema of bodies',
      modelProperties,
      ({ RestApiId, Name, Schema }, request) => {
        const name = Name ?? resourceHash(request, 10);
        partsOf(RestApiId, restApis).models.set(name, Schema);
        return created(name);
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
      stageProperties,
      ({ RestApiId, StageName: name, Variables: variables, MethodSettings }) => {
        addStage(partsOf(RestApiId, restApis), { name, variables, methodSettings: MethodSettings });
        return created(name);
      },
    ),

    'AWS::ApiGateway::Deployment': ({ Properties }) =>
      Properties?.StageName === undefined
        ? ignored('the REST API starts once, with all its routes')
        : stageOfDeployment,

    'AWS::ApiGateway::Account': ignored("the REST API logs to the run's own log"),
  };
}

/** @throws Error when the API has no stage, since nobody could reach it then */
export function restApiDefinition(parts: RestApiParts): RestApiDefinition {
  const { id, listener, stage, binaryMediaTypes, apiKeySource, models, gatewayResponses } = parts;
  if (stage === undefined) throw new Error(`the REST API ${listener.name} has no stage`);
  const routes = parts.routes.map((route) => {
    const throttle = throttleOf(route, stage.methodSettings);
    return throttle === undefined ? route : { ...route, throttle };
  });
  return {
    id,
    stage: stage.name,
    stageVariables: stage.variables,
    binaryMediaTypes,
    apiKeySource,
    models,
    routes,
    gatewayResponses,
  };
}

function routeOf(properties: z.output<typeof methodProperties>, parts: RestApiParts): RouteDefinition {
  const { AuthorizationType, AuthorizerId, RequestValidatorId } = properties;
  const validator =
    RequestValidatorId === undefined
      ? undefined
      : required(parts.validators.get(RequestValidatorId), `request validator ${RequestValidatorId}`);
  const parameters = Object.entries(properties.RequestParameters).flatMap(([name, isRequired]) =>
    isRequired ? [name] : [],
  );
  const models = Object.keys(properties.RequestModels).length > 0 ? properties.RequestModels : { $default: 'Empty' };
  return {
    resourcePath: pathOf(properties.ResourceId, parts.paths) || '/',
    httpMethod: properties.HttpMethod,
    integration: properties.Integration,
    ...(properties.ApiKeyRequired && { apiKeyRequired: true }),
    ...(validator && { rules: { ...(validator.parameters && { parameters }), ...(validator.body && { models }) } }),
    ...(AuthorizationType === 'CUSTOM' && {
      authorizer: required(parts.authorizers.get(AuthorizerId ?? ''), `authorizer ${AuthorizerId}`),
    }),
  };
}

function addStage(parts: RestApiParts, stage: StageDefinition): void {
  if (parts.stage !== undefined) {
    const both = `${parts.stage.name} and ${stage.name}`;
    throw new Error(`the local runner serves one stage of a REST API, and ${parts.listener.name} has ${both}`);
  }
  parts.stage = stage;
}

function partsOf(id: string, restApis: ReadonlyMap<string, RestApiParts>): RestApiParts {
  return required(restApis.get(id), `REST API ${id}`);
}

function pathOf(resourceId: string, paths: ReadonlyMap<string, string>): string {
  return required(paths.get(resourceId), `resource ${resourceId} of the REST API`);
}
