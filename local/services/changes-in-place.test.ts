import { describe, expect, it } from 'vitest';
import { stackOf } from '../assembly/deploy-fixture.ts';
import type { Change } from '../assembly/resource-change.ts';
import type { ResourceDeclaration, TemplateValue } from '../assembly/template.ts';
import { restApiDefinition } from './api-gateway/rest-api-of-parts.ts';
import { servicesFixture } from './services-fixture.ts';

type Resources = Record<string, ResourceDeclaration>;
type Properties = Record<string, TemplateValue>;

const ROLE = 'arn:aws:iam::000000000000:role/clerk';
const OTHER = 'arn:aws:iam::000000000000:role/other';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:list';
const URI = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;

const resource = (Type: string, Properties: Properties = {}): ResourceDeclaration => ({ Type, Properties });
const policy = (Action: string, Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

/** A run in which templates are applied one after the other. */
function run() {
  const aws = servicesFixture();
  const apply = async (resources: Resources) => {
    const changes: Change[] = [];
    const stacks = [stackOf('app', { Resources: resources })];
    aws.takeStacks(stacks);
    await aws.deployment.apply(stacks, new AbortController().signal, { changes, later: false });
    return changes.map(({ kind, node, paths }) => [kind, node.logicalId, ...paths].join(' '));
  };
  const allows = (action: string, resource = '*', role = 'clerk') =>
    aws.iam.evaluator.evaluate({ principal: { kind: 'role', name: role, arn: ROLE }, action, resource }).allowed;
  return { ...aws, apply, allows };
}

describe('a function', () => {
  const of = (more: Properties) => ({
    List: resource('AWS::Lambda::Function', {
      FunctionName: 'list',
      Code: { ZipFile: 'exports.handler = 1' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: ROLE,
      ...more,
    }),
  });

  it.each<[string, Properties, object]>([
    ['environment', { Environment: { Variables: { LEVEL: 'b' } } }, { environment: { LEVEL: 'b' } }],
    ['timeout', { Timeout: 9 }, { timeoutSeconds: 9 }],
    ['memory', { MemorySize: 512 }, { memoryMb: 512 }],
    ['reserved concurrency', { ReservedConcurrentExecutions: 0 }, { reservedConcurrency: 0 }],
    ['log settings', { LoggingConfig: { LogFormat: 'JSON' } }, { logFormat: 'JSON' }],
    ['handler', { Handler: 'index.other' }, { handler: 'index.other' }],
  ])('gets another %s, and loses it again', async (_, properties, expected) => {
    const { apply, lambda } = run();
    await apply(of({}));
    const before = lambda.find('list').definition;
    await apply(of(properties));
    expect(lambda.find('list').definition).toMatchObject(expected);
    await apply(of({}));
    const { credentials, ...after } = lambda.find('list').definition;
    expect(before).toMatchObject(after);
    expect(credentials).not.toEqual(before.credentials);
  });

  it('acts as another role, under another name, and is gone', async () => {
    const { apply, lambda } = run();
    await apply(of({}));
    await apply(of({ Role: OTHER }));
    expect(lambda.roleOf('list').arn).toBe(OTHER);
    await apply(of({ FunctionName: 'other' }));
    expect([...lambda.functions.keys()]).toEqual(['other']);
    expect(await apply({})).toEqual(['removed List']);
    expect(() => lambda.find('other')).toThrow('Function not found');
  });

  it('keeps its version when that is declared under another name, as with each change', async () => {
    const { apply, lambda } = run();
    const Live = resource('AWS::Lambda::Alias', { FunctionName: 'list', Name: 'live', FunctionVersion: '1' });
    const version = resource('AWS::Lambda::Version', { FunctionName: 'list' });
    await apply({ ...of({}), Version1: version, Live });
    expect(await apply({ ...of({ Timeout: 5 }), Version2: version, Live })).toEqual(['changed List Timeout']);
    expect(lambda.find('list:live').executedVersion).toBe('1');
    expect(lambda.find('list:1').executedVersion).toBe('1');
    await apply(of({ Timeout: 5 }));
    expect(() => lambda.find('list:live')).toThrow('Function not found');
  });

  it('may be invoked by another service, and no longer', async () => {
    const { apply, iam } = run();
    const Invoke = (Principal: string) =>
      resource('AWS::Lambda::Permission', { Action: 'lambda:InvokeFunction', FunctionName: FUNCTION, Principal });
    const mayInvoke = (name: string) =>
      iam.evaluator.evaluate({
        principal: { kind: 'service', name, arn: name },
        action: 'lambda:InvokeFunction',
        resource: FUNCTION,
      }).allowed;
    const services = ['events.amazonaws.com', 'apigateway.amazonaws.com'];
    await apply({ Invoke: Invoke(services[0] ?? '') });
    expect(services.map(mayInvoke)).toEqual([true, false]);
    await apply({ Invoke: Invoke(services[1] ?? '') });
    expect(services.map(mayInvoke)).toEqual([false, true]);
    await apply({});
    expect(services.map(mayInvoke)).toEqual([false, false]);
  });
});

describe('a schedule', () => {
  it('fires at another rate, is off, and is gone', async () => {
    const { apply, eventBridge } = run();
    const of = (more: Properties) => ({
      Rule: resource('AWS::Events::Rule', { Name: 'nightly', Targets: [], ScheduleExpression: 'rate(1 day)', ...more }),
    });
    const rates = () => [...eventBridge.schedules.values()].map(({ recurrence }) => recurrence);
    await apply(of({}));
    await apply(of({ ScheduleExpression: 'rate(2 hours)' }));
    expect(rates()).toEqual([{ intervalMs: 7_200_000 }]);
    await apply(of({ State: 'DISABLED' }));
    expect(rates()).toEqual([]);
    await apply(of({}));
    await apply({});
    expect(rates()).toEqual([]);
  });
});

describe('an event source mapping', () => {
  it('has other properties, and is gone', async () => {
    const { apply, eventSourceMappings } = run();
    const of = (more: Properties) => ({
      Mapping: resource('AWS::Lambda::EventSourceMapping', {
        FunctionName: FUNCTION,
        EventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/stream/1',
        Topics: ['events'],
        StartingPosition: 'LATEST',
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'clerks' },
        ...more,
      }),
    });
    await apply(of({}));
    await apply(of({ BatchSize: 7 }));
    expect(eventSourceMappings.mappings).toMatchObject([{ batchSize: 7, consumerGroupId: 'clerks' }]);
    await apply({});
    expect(eventSourceMappings.mappings).toEqual([]);
  });
});

describe('a REST API', () => {
  const api = { RestApiId: { Ref: 'Api' } };
  const base = (stage: Properties = {}): Resources => ({
    Api: resource('AWS::ApiGateway::RestApi', { Name: 'shop' }),
    Things: resource('AWS::ApiGateway::Resource', {
      ...api,
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart: 'things',
    }),
    Stage: resource('AWS::ApiGateway::Stage', { ...api, StageName: 'dev', ...stage }),
  });
  const method = (HttpMethod: string, more: Properties = {}) =>
    resource('AWS::ApiGateway::Method', {
      ...api,
      ResourceId: { Ref: 'Things' },
      HttpMethod,
      Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: URI },
      ...more,
    });
  function served() {
    const all = run();
    const definition = () => {
      const [parts] = all.apiGateway.restApis.values();
      return parts && restApiDefinition(parts);
    };
    const routes = () => definition()?.routes.map(({ httpMethod, resourcePath }) => `${httpMethod} ${resourcePath}`);
    return { ...all, definition, routes };
  }

  it('gains and loses routes', async () => {
    const { apply, routes } = served();
    await apply({ ...base(), Get: method('GET') });
    await apply({ ...base(), Get: method('GET'), Post: method('POST') });
    expect(routes()).toEqual(['GET /things', 'POST /things']);
    await apply({ ...base(), Post: method('PUT') });
    expect(routes()).toEqual(['PUT /things']);
  });

  it('moves its routes with a path above them', async () => {
    const { apply, routes } = served();
    await apply({ ...base(), Get: method('GET') });
    const moved = {
      Things: resource('AWS::ApiGateway::Resource', { ...base().Things?.Properties, PathPart: 'parts' }),
    };
    await apply({ ...base(), ...moved, Get: method('GET') });
    expect(routes()).toEqual(['GET /parts']);
  });

  it('has another authorizer for methods that are the same', async () => {
    const { apply, definition } = served();
    const guard = (AuthorizerResultTtlInSeconds: number) =>
      resource('AWS::ApiGateway::Authorizer', {
        ...api,
        Type: 'TOKEN',
        AuthorizerUri: URI,
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerResultTtlInSeconds,
      });
    const Get = method('GET', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Guard' } });
    await apply({ ...base(), Guard: guard(60), Get });
    await apply({ ...base(), Guard: guard(0), Get });
    expect(definition()?.routes[0]?.authorizer?.resultTtlSeconds).toBe(0);
    await apply({ ...base(), Get: method('GET') });
    expect(definition()?.routes[0]?.authorizer).toBeUndefined();
  });

  it('words its errors otherwise, and as API Gateway does again', async () => {
    const { apply, definition } = served();
    const response = (StatusCode: string) => ({
      Unknown: resource('AWS::ApiGateway::GatewayResponse', {
        ...api,
        ResponseType: 'MISSING_AUTHENTICATION_TOKEN',
        StatusCode,
      }),
    });
    await apply({ ...base(), ...response('404') });
    await apply({ ...base(), ...response('410') });
    expect(definition()?.gatewayResponses).toMatchObject({ MISSING_AUTHENTICATION_TOKEN: { statusCode: 410 } });
    await apply(base());
    expect(definition()?.gatewayResponses).toEqual({});
  });

  it('is throttled otherwise', async () => {
    const { apply, definition } = served();
    const limited = (ThrottlingRateLimit: number) => ({
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit, ThrottlingBurstLimit: 5 }],
    });
    await apply({ ...base(limited(10)), Get: method('GET') });
    await apply({ ...base(limited(20)), Get: method('GET') });
    expect(definition()?.routes[0]?.throttle).toEqual({ perSecond: 20, burst: 5 });
  });
});

describe('permissions', () => {
  const role = (more: Properties = {}) =>
    resource('AWS::IAM::Role', { RoleName: 'clerk', AssumeRolePolicyDocument: {}, ...more });

  it('of a role follow its policies, inline and apart', async () => {
    const { apply, allows } = run();
    const inline = (Action: string) => role({ Policies: [{ PolicyName: 'own', PolicyDocument: policy(Action) }] });
    const apart = (Action: string, ...Roles: string[]) =>
      resource('AWS::IAM::Policy', { PolicyName: 'apart', PolicyDocument: policy(Action), Roles });
    await apply({ Role: inline('s3:GetObject'), Apart: apart('sts:A', 'clerk') });
    await apply({ Role: inline('s3:PutObject'), Apart: apart('sts:B', 'clerk', 'other') });
    expect(['s3:GetObject', 's3:PutObject', 'sts:A', 'sts:B'].map((action) => allows(action))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    await apply({ Role: role(), Apart: apart('sts:B', 'other') });
    expect(allows('s3:PutObject')).toBe(false);
    expect(allows('sts:B')).toBe(false);
    expect(allows('sts:B', '*', 'other')).toBe(true);
  });

  it('of a managed policy reach the roles that name it, though they are the same', async () => {
    const { apply, allows } = run();
    const of = (Action: string) => ({
      Shared: resource('AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'shared', PolicyDocument: policy(Action) }),
      Role: role({ ManagedPolicyArns: [{ Ref: 'Shared' }] }),
    });
    await apply(of('s3:GetObject'));
    expect(await apply(of('s3:PutObject'))).toEqual(['changed Shared PolicyDocument.Statement']);
    expect(['s3:GetObject', 's3:PutObject'].map((action) => allows(action))).toEqual([false, true]);
  });

  it('of a bucket follow its policy, and the bucket and what it holds stay', async () => {
    const { apply, allows, s3 } = run();
    const statement = (Action: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE }, Action, Resource: 'arn:aws:s3:::files/*' }],
    });
    const Bucket = resource('AWS::S3::Bucket', { BucketName: 'files' });
    const of = (Action: string) => ({
      Bucket,
      Policy: resource('AWS::S3::BucketPolicy', { Bucket: 'files', PolicyDocument: statement(Action) }),
    });
    await apply(of('s3:GetObject'));
    await s3.putObject('files', 'one', Buffer.from('1'), {});
    await apply(of('s3:PutObject'));
    const asked = () => ['s3:GetObject', 's3:PutObject'].map((action) => allows(action, 'arn:aws:s3:::files/one'));
    expect(asked()).toEqual([false, true]);
    await apply({ Bucket });
    expect(asked()).toEqual([false, false]);
    await apply({});
    expect(await s3.keys('files', '')).toEqual(['one']);
  });
});

describe('a network', () => {
  it('lets through what its rules, routes and endpoints are now', async () => {
    const { apply, ec2, iam } = run();
    const { network } = ec2;
    const rule = (FromPort: number) => ({ IpProtocol: 'tcp', FromPort, ToPort: FromPort, CidrIp: '10.0.0.0/16' });
    const of = (port: number, action: string, gateway: string): Resources => ({
      Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' }),
      Subnet: resource('AWS::EC2::Subnet', { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/20' }),
      Group: resource('AWS::EC2::SecurityGroup', { VpcId: { Ref: 'Vpc' }, SecurityGroupIngress: [rule(port)] }),
      Apart: resource('AWS::EC2::SecurityGroupEgress', {
        GroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] },
        ...rule(port),
      }),
      Table: resource('AWS::EC2::RouteTable'),
      Association: resource('AWS::EC2::SubnetRouteTableAssociation', {
        SubnetId: { Ref: 'Subnet' },
        RouteTableId: { Ref: 'Table' },
      }),
      Route: resource('AWS::EC2::Route', {
        RouteTableId: { Ref: 'Table' },
        DestinationCidrBlock: '0.0.0.0/0',
        [gateway]: 'gateway',
      }),
      Endpoint: resource('AWS::EC2::VPCEndpoint', {
        ServiceName: 'com.amazonaws.us-east-1.s3',
        VpcId: { Ref: 'Vpc' },
        PolicyDocument: { Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: '*' }] },
      }),
    });
    const ports = () => {
      const groups = network.groupsOf({ securityGroupIds: [...network.securityGroups.keys()] });
      const group = groups.find(({ name }) => name === 'Group');
      return [...(group?.ingress ?? []), ...(group?.egress ?? [])].map(({ fromPort }) => fromPort);
    };
    const routes = () => network.routesOf([...network.subnets.keys()][0] ?? '').map(({ via }) => via);
    const passes = (action: string) => {
      const [endpoint = ''] = network.endpoints.keys();
      return iam.policies.statementsOfEndpoint(endpoint)?.some((statement) => statement.coversAction(action));
    };
    await apply(of(80, 's3:GetObject', 'GatewayId'));
    expect([ports(), routes(), passes('s3:GetObject')]).toEqual([[80, 80], ['GatewayId'], true]);
    await apply(of(443, 's3:PutObject', 'NatGatewayId'));
    expect([ports(), routes(), passes('s3:GetObject')]).toEqual([[443, 443], ['NatGatewayId'], false]);
    const { Apart: _, Route: __, Endpoint: ___, ...rest } = of(443, '', '');
    await apply(rest);
    // Without an egress rule of its own, a group lets everything out.
    expect([ports(), routes(), [...network.endpoints]]).toEqual([[443, 0], [], []]);
  });
});

it('what needs a start is named with its property, and what has no effect here is not', async () => {
  const { apply } = run();
  const of = (log: string, note: string) => ({
    Group: resource('AWS::RDS::DBParameterGroup', {
      Parameters: { log_statement: log },
      Family: note,
      Description: note,
    }),
  });
  await apply(of('all', 'a'));
  expect(await apply(of('all', 'b'))).toEqual([]);
  expect(await apply(of('none', 'b'))).toEqual(['start Group Parameters.log_statement']);
});

it('an API that is new has a port of its own, and those that run keep theirs', async () => {
  const { apply, apiGateway } = run();
  const api = (Name: string) => resource('AWS::ApiGateway::RestApi', { Name });
  const ports = () => Object.fromEntries(apiGateway.ports().map(({ port, part }) => [part, port]));
  await apply({ Books: api('books') });
  const before = ports();
  await apply({ Books: api('books'), Accounts: api('accounts') });
  expect(ports()).toEqual({ ...before, accounts: expect.any(Number) });
});

describe('a secret', () => {
  const of = (SecretString: string) => ({
    Key: resource('AWS::SecretsManager::Secret', { Name: 'key', SecretString }),
  });

  it('gets another value with the text of the template, and keeps what was put while that stays', async () => {
    const { apply, secretsManager } = run();
    const value = () => secretsManager.readSecret('key', 'AWSCURRENT');
    await apply(of('one'));
    expect(await apply(of('two'))).toEqual(['changed Key SecretString']);
    expect(await value()).toBe('two');
    secretsManager.store.putValue('key', { value: { SecretString: 'rotated' } });
    expect(await apply(of('two'))).toEqual([]);
    expect(await value()).toBe('rotated');
  });
});
