import { expect, it, onTestFinished } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { call } from '../../http/http-fixture.ts';
import { servicesFixture } from '../services-fixture.ts';

const uri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';

/** The resources of an API with one path. */
function apiWith(name: string, path: string) {
  const RestApiId = { Ref: name };
  const ParentId = { 'Fn::GetAtt': [name, 'RootResourceId'] };
  return {
    [name]: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: name } },
    [`${name}Path`]: { Type: 'AWS::ApiGateway::Resource', Properties: { RestApiId, ParentId, PathPart: path } },
    [`${name}Method`]: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId,
        ResourceId: { Ref: `${name}Path` },
        HttpMethod: 'GET',
        Integration: { Type: 'AWS_PROXY', Uri: uri, IntegrationHttpMethod: 'POST' },
      },
    },
    [`${name}Stage`]: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId, StageName: 'v1' } },
  };
}

it('serves REST APIs side by side, each with its own routes', async () => {
  const { apiGateway, deploy } = servicesFixture({ invoke: () => ({ statusCode: 200 }) });
  onTestFinished(() => apiGateway.stop());
  const Resources = { ...apiWith('Shop', 'things'), ...apiWith('Staff', 'shifts') };
  await deploy([stackOf('app', { Resources })]);
  await apiGateway.start();
  const statuses = ['Shop', 'Staff'].flatMap((name) =>
    ['/things', '/shifts'].map(async (path) => (await call(apiGateway.urls.get(name) ?? '', 'GET', path)).status),
  );
  expect(await Promise.all(statuses)).toEqual([200, 403, 403, 200]);
});
