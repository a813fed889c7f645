import { z } from 'zod';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import type { Listener } from '../listeners.ts';
import { resourceHash } from '../physical-names.ts';
import { created, ignored, notSupported, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
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
import type { MethodDeclaration, RestApiParts } from './rest-api-definition.ts';

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
  const partsOf = (id: string) => required(restApis.get(id), `REST API ${id}`);
  const stageOfDeployment = provider(
    'a stage of the REST API',
    partOfApi.extend({ StageName: stageName, StageDescription: notSupported, DeploymentCanarySettings: notSupported }),
    ({ RestApiId, StageName: name }, request) => {
      const id = resourceHash(request, 6);
      const remove = register(partsOf(RestApiId).stages, name, { name, variables: {}, methodSettings: [] });
      return created(id, { DeploymentId: id }, remove);
    },
    REPLACED,
  );

  return {
    'AWS::ApiGateway::RestApi': provider(
      'an HTTP server that behaves like API Gateway',
      restApiProperties,
      ({ BinaryMediaTypes: binaryMediaTypes, ApiKeySourceType: apiKeySource }, request) => {
        const id = resourceHash(request, 10);
        const rootResourceId = resourceHash({ ...request, logicalId: `${request.logicalId}/` }, 10);
        const former = restApis.get(id) ?? noParts();
        const parts = { ...former, id, listener: listenerOf(request), binaryMediaTypes, apiKeySource, rootResourceId };
        return created(id, { RestApiId: id, RootResourceId: rootResourceId }, register(restApis, id, parts));
      },
      REPLACED,
    ),

    'AWS::ApiGateway::Resource': provider(
      'a path of the REST API',
      partOfApi.extend({ ParentId: z.string(), PathPart: z.string() }),
      ({ RestApiId, ParentId: parentId, PathPart: part }, request) => {
        const id = resourceHash(request, 6);
        return created(id, { ResourceId: id }, register(partsOf(RestApiId).paths, id, { parentId, part }));
      },
      // Its methods are told of.
      { ...REPLACED, quiet: true },
    ),

    'AWS::ApiGateway::Authorizer': provider(
      'a function that authorizes each request',
      authorizerProperties,
      (properties, request) => {
        const { IdentityValidationExpression: identityValidation } = properties;
        const id = resourceHash(request, 6);
        const remove = register(partsOf(properties.RestApiId).authorizers, id, {
          id,
          type: properties.Type,
          functionArn: properties.AuthorizerUri,
          identitySources: properties.IdentitySource,
          resultTtlSeconds: properties.AuthorizerResultTtlInSeconds,
          ...(identityValidation === undefined ? {} : { identityValidation }),
        });
        return created(id, { AuthorizerId: id }, remove);
      },
      REPLACED,
    ),

    'AWS::ApiGateway::Method': provider(
      'a route of the REST API',
      methodProperties,
      (properties, request) => {
        const id = resourceHash(request, 6);
        return created(id, {}, register(partsOf(properties.RestApiId).methods, id, methodOf(properties)));
      },
      REPLACED,
    ),

    'AWS::ApiGateway::RequestValidator': provider(
      'what methods require of requests',
      validatorProperties,
      ({ RestApiId, ValidateRequestBody: body, ValidateRequestParameters: parameters }, request) => {
        const id = resourceHash(request, 6);
        const remove = register(partsOf(RestApiId).validators, id, { body, parameters });
        return created(id, { RequestValidatorId: id }, remove);
      },
      REPLACED,
    ),

    'AWS::ApiGateway::Model': provider(
      'a schema of bodies',
      modelProperties,
      ({ RestApiId, Name, Schema }, request) => {
        const name = Name ?? resourceHash(request, 10);
        return created(name, {}, register(partsOf(RestApiId).models, name, Schema));
      },
      REPLACED,
    ),

    'AWS::ApiGateway::GatewayResponse': provider(
      "the wording of the REST API's own errors",
      partOfApi.and(gatewayResponseProperties),
      ({ RestApiId, type, response }, request) =>
        created(resourceHash(request, 6), {}, register(partsOf(RestApiId).gatewayResponses, type, response)),
      REPLACED,
    ),

    'AWS::ApiGateway::Stage': provider(
      "the REST API's stage; the local address leaves its name out",
      stageProperties,
      ({ RestApiId, StageName: name, Variables: variables, MethodSettings }) =>
        created(
          name,
          {},
          register(partsOf(RestApiId).stages, name, { name, variables, methodSettings: MethodSettings }),
        ),
      REPLACED,
    ),

    'AWS::ApiGateway::Deployment': ({ Properties }) =>
      Properties?.StageName === undefined ? ignored('the REST API has all its routes at once') : stageOfDeployment,

    'AWS::ApiGateway::Account': ignored("the REST API logs to the run's own log"),
  };
}

function noParts(): Omit<RestApiParts, 'id' | 'listener' | 'binaryMediaTypes' | 'apiKeySource' | 'rootResourceId'> {
  return {
    paths: new Map(),
    authorizers: new Map(),
    validators: new Map(),
    models: new Map(),
    methods: new Map(),
    gatewayResponses: new Map(),
    stages: new Map(),
  };
}

function methodOf(properties: z.output<typeof methodProperties>): MethodDeclaration {
  const { RequestParameters, AuthorizationType, AuthorizerId } = properties;
  return {
    resourceId: properties.ResourceId,
    httpMethod: properties.HttpMethod,
    authorizerId: AuthorizationType === 'CUSTOM' ? (AuthorizerId ?? '') : undefined,
    validatorId: properties.RequestValidatorId,
    apiKeyRequired: properties.ApiKeyRequired,
    parameters: Object.entries(RequestParameters).flatMap(([name, isRequired]) => (isRequired ? [name] : [])),
    models: properties.RequestModels,
    integration: properties.Integration,
  };
}
