import { describe, expect, it } from 'vitest';
import { stackOf } from '../../../assembly/deploy-fixture.ts';
import { call } from '../../../http/http-fixture.ts';
import { servicesFixture } from '../../services-fixture.ts';
import { apiDefinition, fakeInvoke, lambdaRoute, servedApi } from '../gateway-fixture.ts';
import type { RequestRules } from '../rest-api-definition.ts';
import { restApiDefinition } from '../rest-api-of-parts.ts';
import type { Schema } from './body-models.ts';

const numbers = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
};
const json = { 'Content-Type': 'application/json' };

async function apiWith(rules: RequestRules, models: Record<string, Schema> = { numbers }) {
  const { invoke, events } = fakeInvoke();
  const route = { ...lambdaRoute('POST', '/things/{id}'), rules };
  const definition = { ...apiDefinition([route]), models: new Map(Object.entries(models)) };
  const { url } = await servedApi(definition, invoke);
  const post = (path: string, body?: string, headers: Record<string, string> = {}) =>
    call(url, 'POST', path, { headers, ...(body === undefined ? {} : { body }) });
  return { post, events };
}

describe('parameters that a method requires', () => {
  const parameters = [
    'method.request.querystring.qs1',
    'method.request.path.id',
    'method.request.header.x-header-param',
    'method.request.path.issuer',
  ];

  // The order of names was recorded from AWS: test_api_gateway_request_validator in LocalStack's snapshots.
  it('are named when they are missing: headers, then parts of the path, then of the query', async () => {
    const { post, events } = await apiWith({ parameters });
    const refused = await post('/things/1');
    expect(refused).toMatchObject({
      status: 400,
      text: '{"message":"Missing required request parameters: [x-header-param, issuer, qs1]"}',
    });
    expect(refused.headers['x-amzn-errortype']).toBe('BadRequestException');
    expect(events).toEqual([]);
  });

  it('must not be blank, and their headers are found in any casing', async () => {
    const { post } = await apiWith({ parameters: parameters.slice(0, 3) });
    expect((await post('/things/1?qs1=%20', undefined, { 'X-Header-Param': 'a' })).text).toContain('[qs1]');
    expect((await post('/things/1?qs1=a', undefined, { 'X-Header-Param': ' ' })).text).toContain('[x-header-param]');
    expect((await post('/things/1?qs1=a', undefined, { 'X-Header-Param': 'a' })).status).toBe(200);
  });
});

describe('the body that a method requires', () => {
  const models = { 'application/json': 'numbers' };

  it.each([
    ['{"a":1,"b":2}', 200],
    ['{"a":1}', 400],
    ['{"a":"1","b":2}', 400],
    ['{"a":1,"b":2', 400],
    ['', 400],
  ])('fits its model, or is refused: %s', async (body, status) => {
    const { post } = await apiWith({ models });
    for (const headers of [json, { 'Content-Type': 'application/json; charset=utf-8' }]) {
      const response = await post('/things/1', body, headers);
      expect(response.status).toBe(status);
      if (status === 400) expect(response.text).toBe('{"message":"Invalid request body"}');
    }
  });

  it('is JSON where no content type is named, and not looked at in a type without a model', async () => {
    const { post } = await apiWith({ models });
    expect((await post('/things/1', '{"a":1}')).status).toBe(400);
    expect((await post('/things/1', 'a=1', { 'Content-Type': 'text/plain' })).status).toBe(200);
    const forAll = await apiWith({ models: { $default: 'numbers' } });
    expect((await forAll.post('/things/1', 'a=1', { 'Content-Type': 'text/plain' })).status).toBe(400);
  });

  it('may be described by models that refer to others', async () => {
    const list = { type: 'array', items: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/numbers' } };
    const { post } = await apiWith({ models: { 'application/json': 'list' } }, { list, numbers });
    expect((await post('/things/1', '[{"a":1,"b":2}]', json)).status).toBe(200);
    expect((await post('/things/1', '[{"a":1}]', json)).status).toBe(400);
  });

  it('is looked at after the parameters', async () => {
    const { post } = await apiWith({ models, parameters: ['method.request.querystring.q'] });
    expect((await post('/things/1', '{}', json)).text).toContain('[q]');
  });

  it('needs models that are there and can be read', async () => {
    await expect(apiWith({ models: { 'application/json': 'none' } })).rejects.toThrow('has no model none');
    const used = { models: { 'application/json': 'numbers' } };
    await expect(apiWith(used, { numbers, broken: { type: 'thing' } })).rejects.toThrow();
    await expect(
      apiWith(used, { numbers, lost: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/gone' } }),
    ).rejects.toThrow('gone');
  });
});

it('validators and models of a template become the rules of its methods', async () => {
  const { apiGateway, deploy } = servicesFixture();
  const RestApiId = { Ref: 'Api' };
  const uri =
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations';
  const method = (HttpMethod: string, RequestValidatorId: string, rest: object = {}) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId,
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod,
      RequestValidatorId: { Ref: RequestValidatorId },
      RequestParameters: { 'method.request.querystring.a': true, 'method.request.querystring.b': 'false' },
      Integration: { Type: 'AWS_PROXY', Uri: uri },
      ...rest,
    },
  });
  const validator = (Properties: object) => ({
    Type: 'AWS::ApiGateway::RequestValidator',
    Properties: { RestApiId, ...Properties },
  });
  const Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Both: validator({ ValidateRequestBody: true, ValidateRequestParameters: 'true' }),
    Body: validator({ ValidateRequestBody: true }),
    Numbers: { Type: 'AWS::ApiGateway::Model', Properties: { RestApiId, Name: 'numbers', Schema: numbers } },
    Post: method('POST', 'Both', { RequestModels: { 'application/json': { Ref: 'Numbers' } } }),
    Put: method('PUT', 'Body'),
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId, StageName: 'v1' } },
  };
  await deploy([stackOf('app', { Resources })]);
  const [api] = [...apiGateway.restApis.values()].map(restApiDefinition);
  const rulesOf = (name: string) => api?.routes.find(({ httpMethod }) => httpMethod === name)?.rules;
  expect(rulesOf('POST')).toEqual({
    parameters: ['method.request.querystring.a'],
    models: { 'application/json': 'numbers' },
  });
  expect(rulesOf('PUT')).toEqual({ models: { $default: 'Empty' } });
  expect(api?.models.get('numbers')).toEqual(numbers);
});
