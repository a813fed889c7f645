import { describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { TemplateValue } from '../../assembly/template.ts';
import { servicesFixture } from '../services-fixture.ts';
import { restApiDefinition } from './rest-api-of-parts.ts';

const uriOf = (qualifiedName: string) =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:${qualifiedName}/invocations`;

type Properties = { readonly [name: string]: TemplateValue };

/** Deploys an API with an authorizer and a method behind it. */
async function deployWith(authorizer: Properties, method: Properties = {}) {
  const { apiGateway, deploy } = servicesFixture();
  const api = { RestApiId: { Ref: 'Api' } };
  const Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Guard: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: { ...api, Type: 'TOKEN', AuthorizerUri: uriOf('guard:live'), ...authorizer },
    },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        ...api,
        ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: 'Guard' },
        Integration: { Type: 'AWS_PROXY', Uri: uriOf('list:live') },
        ...method,
      },
    },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { ...api, StageName: 'dev' } },
  };
  await deploy([stackOf('app', { Resources })]);
  return [...apiGateway.restApis.values()].map(restApiDefinition)[0]?.routes[0];
}

const fromHeader = { IdentitySource: 'method.request.header.Authorization' };

describe('an authorizer', () => {
  it('guards the methods that name it, with the defaults of API Gateway', async () => {
    const account = 'arn:aws:lambda:us-east-1:000000000000:function';
    expect(await deployWith(fromHeader)).toEqual({
      httpMethod: 'GET',
      resourcePath: '/',
      integration: { type: 'AWS_PROXY', functionArn: `${account}:list:live`, timeoutMs: 29_000 },
      authorizer: {
        id: expect.any(String),
        type: 'TOKEN',
        functionArn: `${account}:guard:live`,
        identitySources: [{ from: 'header', name: 'Authorization' }],
        resultTtlSeconds: 300,
      },
    });
  });

  it('is left out where a method is open', async () => {
    expect(await deployWith(fromHeader, { AuthorizationType: 'NONE' })).not.toHaveProperty('authorizer');
  });

  it.each<[string, Properties, string]>([
    ['credentials', { ...fromHeader, AuthorizerCredentials: 'arn:aws:iam::1:role/r' }, 'is not supported by the local'],
    ['a user pool', { Type: 'COGNITO_USER_POOLS' }, 'only Lambda authorizers'],
    ['no source of its token', {}, 'one header as its IdentitySource'],
    ['a token in the query', { IdentitySource: 'method.request.querystring.t' }, 'one header as its IdentitySource'],
    ['a body', { Type: 'REQUEST', IdentitySource: 'method.request.body.a' }, 'method.request.body.a is not supported'],
    ['nothing to keep results by', { Type: 'REQUEST' }, 'caching needs an identity source'],
    ['a time over an hour', { ...fromHeader, AuthorizerResultTtlInSeconds: 3601 }, 'AuthorizerResultTtlInSeconds'],
  ])('is refused with %s', async (_, properties, message) => {
    await expect(deployWith(properties)).rejects.toThrow(message);
  });

  it.each<[string, Properties, string]>([
    ['another kind of authorization', { AuthorizationType: 'AWS_IAM' }, 'only Lambda authorizers'],
    ['an authorizer of nowhere', { AuthorizerId: 'abc' }, 'this run has no authorizer abc'],
  ])('is required by a method with %s', async (_, properties, message) => {
    await expect(deployWith(fromHeader, properties)).rejects.toThrow(message);
  });
});

/** Deploys an API with one method and a stage. */
async function deployApi(parts: {
  api?: Properties;
  integration?: Properties;
  method?: Properties;
  stage?: Properties;
}) {
  const { apiGateway, deploy } = servicesFixture();
  const RestApiId = { Ref: 'Api' };
  const ResourceId = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
  const Integration = { Type: 'AWS_PROXY', Uri: uriOf('list'), ...parts.integration };
  const Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop', ...parts.api } },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: { RestApiId, ResourceId, HttpMethod: 'GET', Integration, ...parts.method },
    },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId, StageName: 'v1', ...parts.stage } },
  };
  await deploy([stackOf('app', { Resources })]);
  return [...apiGateway.restApis.values()].map(restApiDefinition)[0];
}

describe('a REST API', () => {
  it('has the variables and the throttling of its stage', async () => {
    const MethodSettings = [
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        ThrottlingRateLimit: '10',
        ThrottlingBurstLimit: 50,
        LoggingLevel: 'ERROR',
      },
    ];
    expect(await deployApi({ stage: { Variables: { tenant: 'a' }, MethodSettings } })).toMatchObject({
      stage: 'v1',
      stageVariables: { tenant: 'a' },
      routes: [{ throttle: { perSecond: 10, burst: 50 } }],
    });
  });

  it('may have its stage from its deployment', async () => {
    const { apiGateway, deploy } = servicesFixture();
    const Resources = {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v2' } },
    };
    await deploy([stackOf('app', { Resources })]);
    expect([...apiGateway.restApis.values()].map(restApiDefinition)).toMatchObject([{ stage: 'v2' }]);
  });

  it('is one stage here: another is refused', async () => {
    const { apiGateway, deploy } = servicesFixture();
    const stage = (StageName: string) => ({
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName },
    });
    const Resources = {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
      One: stage('one'),
      Two: { ...stage('two'), DependsOn: 'One' },
    };
    await deploy([stackOf('app', { Resources })]);
    await expect(apiGateway.start()).rejects.toThrow('one stage of a REST API, and shop has one and two');
  });

  it.each<[string, Parameters<typeof deployApi>[0], string]>([
    ['a policy of its own', { api: { Policy: { Statement: [] } } }, 'Policy'],
    ['an OpenAPI document', { api: { Body: {} } }, 'Body'],
    ['compression', { api: { MinimumCompressionSize: 0 } }, 'MinimumCompressionSize'],
    ['no address of its own', { api: { DisableExecuteApiEndpoint: 'true' } }, 'no address here but its default one'],
    ['callers of a network alone', { api: { EndpointConfiguration: { Types: ['PRIVATE'] } } }, 'private APIs'],
    ['a stage that AWS refuses', { stage: { StageName: 'v 1' } }, 'letters, digits, hyphens and underscores'],
    ['a canary', { stage: { CanarySetting: {} } }, 'CanarySetting'],
    ['cached responses', { stage: { MethodSettings: [{ CachingEnabled: true }] } }, 'responses are not cached'],
    ['a validator of nowhere', { method: { RequestValidatorId: 'a' } }, 'this run has no request validator a'],
    ['a function that is called by GET', { integration: { IntegrationHttpMethod: 'GET' } }, 'must be POST'],
    ['an integration of 30 s', { integration: { TimeoutInMillis: 30_000 } }, 'is over 29000, the quota of an account'],
    ['streamed responses', { integration: { ResponseTransferMode: 'STREAM' } }, 'only BUFFERED is supported'],
    [
      'streamed invocations',
      { integration: { Uri: uriOf('list').replace('/invocations', '/response-streaming-invocations') } },
      'without streaming',
    ],
    [
      'another service',
      { integration: { Uri: 'arn:aws:apigateway:us-east-1:sqs:path/queue' } },
      'only invocations of Lambda',
    ],
    ['mapping templates', { integration: { Type: 'AWS' } }, 'Type'],
    ['a role to invoke the function by', { integration: { Credentials: 'arn:aws:iam::1:role/r' } }, 'Credentials'],
    ['a conversion of bodies', { integration: { ContentHandling: 'CONVERT_TO_TEXT' } }, 'ContentHandling'],
  ])('is refused with %s', async (_, parts, message) => {
    await expect(deployApi(parts)).rejects.toThrow(message);
  });
});
