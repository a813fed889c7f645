import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../functions/contract/http/routes.ts';
import { STAGE_CONTEXTS } from '../../example-contexts.ts';
import { synthesizeApp } from '../../synthesize.ts';
import { type Json, properties, resources } from '../../testing/inspect.ts';
import { templatesOf } from '../../testing/templates.ts';

const { Orders: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Orders: prod } = templatesOf(STAGE_CONTEXTS.prod);

/** The construct of each route's function: `GET /api/orders`: `ListOrders`. */
const HANDLERS = Object.fromEntries(
  ROUTES.map(({ method, path, function: folder }) => [`${method} ${path}`, pascalCase(folder)]),
);
const OPEN_ROUTES = ['GET /api/openapi.json', 'GET /health'];

describe('routes', () => {
  it('are those of the contract, each proxied to the version of its own function that serves', () => {
    const handlers = Object.entries(methods(dev))
      .filter(([route]) => !route.startsWith('OPTIONS'))
      .map(([route, { Integration }]) => {
        expect(Integration.Type).toBe('AWS_PROXY');
        return [route, /"Ref":"(\w+)Live/.exec(JSON.stringify(Integration.Uri))?.[1]];
      });
    expect(Object.fromEntries(handlers)).toEqual(HANDLERS);
  });

  it('are regional', () => {
    dev.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
  });

  it('respond to the preflight of any origin', () => {
    const preflights = Object.entries(methods(dev)).filter(([route]) => route.startsWith('OPTIONS'));
    expect(preflights.map(([route]) => route.replace('OPTIONS ', ''))).toEqual(
      expect.arrayContaining(Object.keys(HANDLERS).map((route) => route.replace(/^\w+ /, ''))),
    );
    for (const [, { Integration }] of preflights) {
      expect(Integration.IntegrationResponses[0].ResponseParameters).toEqual({
        'method.response.header.Access-Control-Allow-Headers': "'Content-Type,Idempotency-Key,Authorization'",
        'method.response.header.Access-Control-Allow-Origin': "'*'",
        'method.response.header.Access-Control-Allow-Methods': "'GET,POST,OPTIONS'",
        'method.response.header.Access-Control-Expose-Headers': "'Location,Retry-After,Idempotent-Replayed'",
      });
    }
  });
});

describe('access', () => {
  const openRoutes = (template: Template) =>
    Object.entries(methods(template))
      .filter(([route, { AuthorizationType }]) => !route.startsWith('OPTIONS') && AuthorizationType === 'NONE')
      .map(([route]) => route)
      .sort();

  it('is free for all routes where no tokens are asked for', () => {
    expect(openRoutes(dev)).toEqual(Object.keys(HANDLERS).sort());
  });

  it('takes a token for every route but health and the description of the API', () => {
    expect(openRoutes(prod)).toEqual(OPEN_ROUTES);
    const [authorizer] = Object.keys(resources(prod, 'AWS::ApiGateway::Authorizer'));
    for (const [route, method] of Object.entries(methods(prod))) {
      if (route.startsWith('OPTIONS')) expect(method.AuthorizationType).toBe('NONE');
      else if (!OPEN_ROUTES.includes(route)) {
        expect(method).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer } });
      }
    }
  });

  it('is asked of the authorizer that serves, by the header Authorization, once in five minutes for each token', () => {
    const [authorizer] = properties(prod, 'AWS::ApiGateway::Authorizer');
    expect(authorizer).toMatchObject({
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 300,
    });
    expect(JSON.stringify(authorizer.AuthorizerUri)).toMatch(/"Ref":"AuthorizerFunctionLive\w+"/);
  });
});

it.each([
  ['preferred_username', 1],
  ['email', 1],
  ['orderflow_user', 0],
  ['sub', 0],
])('warns of a user claim that users can change: %s', (userClaim, warnings) => {
  const app = synthesizeApp({ ...STAGE_CONTEXTS.prod, userClaim });
  const stack = app.node.findChild('Orders') as Stack;
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('Context "userClaim"'));
  expect(found).toHaveLength(warnings);
});

describe('stage', () => {
  const stageOf = (template: Template) => properties(template, 'AWS::ApiGateway::Stage')[0];

  it.each([
    ['dev', dev, 10, 50],
    ['prod', prod, 1000, 2000],
  ])(
    'limits what all callers of %s send together, logs errors without bodies, and traces',
    (_name, template, rate, burst) => {
      const { MethodSettings, TracingEnabled } = stageOf(template);
      expect(TracingEnabled).toBe(true);
      expect(MethodSettings).toEqual([
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          DataTraceEnabled: false,
          LoggingLevel: 'ERROR',
          ThrottlingRateLimit: rate,
          ThrottlingBurstLimit: burst,
        },
      ]);
    },
  );

  it('keeps a line of JSON for each request, in which nothing is of its sender making', () => {
    const { AccessLogSetting } = stageOf(dev);
    const values: string[] = Object.values(JSON.parse(AccessLogSetting.Format));
    expect(values).toEqual(expect.arrayContaining(['$context.requestId', '$context.status', '$context.resourcePath']));
    for (const value of values) {
      expect(value).toMatch(/^\$context\.[\w.]+$/);
      expect(value).not.toMatch(/\.path$|query|userAgent|header|token|error\.message/i);
    }
  });

  it('has log groups that end: its own, and the one that API Gateway would make by itself', () => {
    const names = properties(dev, 'AWS::Logs::LogGroup').map(({ LogGroupName }) => JSON.stringify(LogGroupName));
    expect(names).toContain('"/aws/apigateway/orderflow-dev/access"');
    const [execution] = Object.entries(resources(dev, 'AWS::Logs::LogGroup')).filter(([, { Properties }]) =>
      /API-Gateway-Execution-Logs_/.test(JSON.stringify(Properties.LogGroupName)),
    );
    expect(execution?.[1].Properties.LogGroupName['Fn::Join'][1].at(-1)).toBe('/dev');
    const [stage] = Object.values(resources(dev, 'AWS::ApiGateway::Stage'));
    expect(stage.DependsOn).toContain(execution?.[0]);
  });

  it('lets the role by which all APIs of the account log outlive it', () => {
    for (const template of [dev, prod]) {
      template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
      const [{ Properties }] = Object.values(resources(template, 'AWS::ApiGateway::Account'));
      const roleId = Properties.CloudWatchRoleArn['Fn::GetAtt'][0];
      expect(resources(template, 'AWS::IAM::Role')[roleId].DeletionPolicy).toBe('Retain');
    }
  });

  it('stands behind a web ACL when one is given', () => {
    dev.resourceCountIs('AWS::WAFv2::WebACLAssociation', 0);
    const webAclArn = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/orders/1a2b3c4d';
    const [association] = properties(templatesOf({ webAclArn }).Orders, 'AWS::WAFv2::WebACLAssociation');
    expect(association.WebACLArn).toBe(webAclArn);
    expect(JSON.stringify(association.ResourceArn)).toMatch(/apigateway:.*\/restapis\/.*\/stages\//);
  });
});

function pascalCase(folder: string): string {
  return folder.replaceAll(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

/** All methods of the API, by `<method> <path>`. */
function methods(template: Template): Record<string, Json> {
  const byId = resources(template, 'AWS::ApiGateway::Resource');
  const pathOf = (id: string | undefined): string => {
    const resource = id === undefined ? undefined : byId[id];
    return resource === undefined ? '' : `${pathOf(resource.Properties.ParentId.Ref)}/${resource.Properties.PathPart}`;
  };
  return Object.fromEntries(
    properties(template, 'AWS::ApiGateway::Method').map((method) => [
      `${method.HttpMethod} ${pathOf(method.ResourceId.Ref)}`,
      method,
    ]),
  );
}
