import { describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { TemplateValue } from '../../assembly/template.ts';
import { servicesFixture } from '../services-fixture.ts';

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
  };
  await deploy([stackOf('app', { Resources })]);
  return [...apiGateway.restApis.values()][0]?.routes[0];
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
    ['stage variables', { Type: 'REQUEST', IdentitySource: 'stageVariables.a' }, 'stageVariables.a is not supported'],
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
