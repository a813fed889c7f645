import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { STAGES, type Stage } from '../../config/stage.ts';
import { NetworkStack } from '../../stacks/network-stack.ts';
import { functionNamed, type Json, properties, resources } from '../../testing/inspect.ts';
import { NodeFunction, type NodeFunctionProps } from './node-function.ts';

const INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

describe('a function', () => {
  const template = synthesize(STAGES.dev, { network: true });

  it('runs on the current Node and writes its own log, as JSON, which ends', () => {
    expect(functionNamed(template, 'orderflow-dev-health')).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: idOf(template, 'AWS::Logs::LogGroup') } },
      Environment: { Variables: { STAGE: 'dev' } },
      ReservedConcurrentExecutions: STAGES.dev.concurrency?.health,
    });
    expect(properties(template, 'AWS::Logs::LogGroup')).toEqual([
      expect.objectContaining({ LogGroupName: '/aws/lambda/orderflow-dev-health', RetentionInDays: 7 }),
    ]);
  });

  it("has a role of its own, without AWS's policies: its log, network interfaces and traces", () => {
    template.resourceCountIs('AWS::IAM::Policy', 0);
    expect(properties(template, 'AWS::IAM::Role')[0].ManagedPolicyArns).toBeUndefined();
    expect(statements(template)).toEqual([
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], {
        'Fn::GetAtt': [idOf(template, 'AWS::Logs::LogGroup'), 'Arn'],
      }),
      allow(INTERFACES, '*'),
      expect.objectContaining({ Effect: 'Deny' }),
      allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    ]);
  });

  it('is denied, as far as its own code goes, the network interfaces that Lambda makes for it', () => {
    const [, , denial] = statements(template);
    expect(denial).toMatchObject({ Effect: 'Deny', Resource: '*' });
    expect(denial.Action).toEqual(expect.arrayContaining([...INTERFACES, 'ec2:DetachNetworkInterface']));
    const arn = JSON.stringify(denial.Condition.ArnEquals['lambda:SourceFunctionArn']);
    expect(arn).toContain(':function:orderflow-dev-health"');
  });

  it('runs in the isolated subnets and reaches nothing by itself', () => {
    const { VpcConfig } = functionNamed(template, 'orderflow-dev-health');
    expect(VpcConfig.SubnetIds).toHaveLength(2);
    const [group] = properties(template, 'AWS::EC2::SecurityGroup');
    expect(group.SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '127.0.0.1/32', IpProtocol: 'icmp' }),
    ]);
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  });

  it('is invoked by an alias that points to its current version', () => {
    template.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': [idOf(template, 'AWS::Lambda::Version'), 'Version'] },
    });
  });

  it('has neither network nor rights on interfaces outside of a network', () => {
    const outside = synthesize(STAGES.dev);
    expect(functionNamed(outside, 'orderflow-dev-health').VpcConfig).toBeUndefined();
    expect(JSON.stringify(statements(outside))).not.toContain('ec2:');
  });

  it('outside of a network may reach nothing that stands in one', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Test');
    const fn = new NodeFunction(stack, 'Health', { stage: STAGES.dev, ...SMALL });
    expect(() => fn.mayReach(Peer.anyIpv4(), 'S3', Port.tcp(443))).toThrow();
    expect(() => fn.mayReach(undefined, 'Shards')).toThrow('Test/Health has no way to: Shards.');
  });

  it('has nothing to do with X-Ray when it sends no traces', () => {
    const text = JSON.stringify(synthesize(STAGES.dev, { tracing: false }).toJSON());
    expect(text).not.toMatch(/xray|TracingConfig/);
    expect(functionNamed(template, 'orderflow-dev-health').TracingConfig).toEqual({ Mode: 'Active' });
  });
});

describe('a new version', () => {
  const prod = synthesize(STAGES.prod, { alarm: true });

  it('takes over at once in dev, and everywhere when nobody would be told of its failure', () => {
    for (const template of [synthesize(STAGES.dev, { alarm: true }), synthesize(STAGES.prod)]) {
      template.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0);
      template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    }
  });

  it('gets a tenth of the invocations for five minutes in prod', () => {
    const group = idOf(prod, 'AWS::CodeDeploy::DeploymentGroup');
    prod.hasResource('AWS::Lambda::Alias', {
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: { DeploymentGroupName: { Ref: group } } },
    });
    prod.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    });
  });

  it('is taken back when an invocation of the alias fails, and somebody is told', () => {
    prod.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: idOf(prod, 'AWS::CloudWatch::Alarm') } }] },
      AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
    });
    const [alarm] = properties(prod, 'AWS::CloudWatch::Alarm');
    expect(alarm).toMatchObject({
      AlarmName: 'orderflow-prod-function-rollback-health',
      AlarmDescription: expect.stringMatching(/docs\/operations\.md#function-rollback$/),
      AlarmActions: [{ Ref: idOf(prod, 'AWS::SNS::Topic') }],
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Threshold: 1,
      Period: 60,
    });
    expect(JSON.stringify(alarm.Dimensions)).toContain('":live"');
  });

  it('is moved by a role that may touch this alias alone, without a circle of references', () => {
    const [role] = properties(prod, 'AWS::IAM::Role').filter(
      ({ AssumeRolePolicyDocument }) =>
        AssumeRolePolicyDocument.Statement[0].Principal.Service === 'codedeploy.amazonaws.com',
    );
    expect(role.ManagedPolicyArns).toBeUndefined();
    const fn = { 'Fn::GetAtt': [idOf(prod, 'AWS::Lambda::Function'), 'Arn'] };
    expect(role.Policies[0].PolicyDocument.Statement).toEqual([
      allow(
        ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
        [fn, { 'Fn::Join': ['', [fn, ':live']] }],
      ),
      allow('cloudwatch:DescribeAlarms', '*'),
    ]);
  });

  it('leaves the former ones there in prod, to be pointed to again', () => {
    prod.hasResource('AWS::Lambda::Version', { DeletionPolicy: 'RetainExceptOnCreate' });
    synthesize(STAGES.dev).hasResource('AWS::Lambda::Version', { DeletionPolicy: 'Delete' });
  });
});

const SMALL = { folder: 'health', timeout: Duration.seconds(10), memoryMiB: 256 } as const;

interface Wanted extends Pick<NodeFunctionProps, 'tracing'> {
  readonly network?: boolean;
  readonly alarm?: boolean;
}

function synthesize(stage: Stage, { network = false, alarm = false, ...props }: Wanted = {}): Template {
  const app = new App({ builtinCloudFormationValidation: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Test');
  new NodeFunction(stack, 'Health', {
    stage,
    ...SMALL,
    ...props,
    ...(network ? { network: new NetworkStack(app, 'Network', { stage }) } : {}),
    ...(alarm ? { alarmTopic: new Topic(stack, 'Alarms') } : {}),
  });
  return Template.fromStack(stack);
}

function statements(template: Template): Json[] {
  const [role] = properties(template, 'AWS::IAM::Role');
  return role.Policies.flatMap(({ PolicyDocument }: Json) => PolicyDocument.Statement);
}

function allow(Action: string | string[], Resource: Json): Json {
  return { Action, Effect: 'Allow', Resource };
}

/** The logical id of the only resource of a type. */
function idOf(template: Template, type: string): string {
  const ids = Object.keys(resources(template, type));
  if (ids.length !== 1) throw new Error(`There are ${ids.length} resources of the type ${type}.`);
  return ids[0] as string;
}
