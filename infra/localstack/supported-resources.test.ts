import { App, CfnResource, CustomResource, Stack } from 'aws-cdk-lib';
import { Match, Annotations as Said } from 'aws-cdk-lib/assertions';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { prepareForLocalStack } from './prepare.ts';

const REMEDY =
  'replace it where stage.localstack is set, or externalize it with externalize() of infra/localstack/externalize.ts.';

/** What is said against a stack that somebody added a resource to. */
function errorsAbout(add: (stack: Stack) => void): string[] {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Test');
  prepareForLocalStack(app);
  add(stack);
  return Said.fromStack(stack)
    .findError('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

const resource = (type: string) => (stack: Stack) => {
  new CfnResource(stack, 'Extra', { type });
};

const mapping = (source: object) => (stack: Stack) => {
  new CfnEventSourceMapping(stack, 'Extra', { functionName: 'consume-orders', ...source });
};

describe('a resource that does on LocalStack what it is for', () => {
  it.each(['AWS::S3::Bucket', 'AWS::Lambda::Function', 'AWS::Events::Rule', 'AWS::SecretsManager::RotationSchedule'])(
    'is nothing to speak of: %s',
    (type) => {
      expect(errorsAbout(resource(type))).toEqual([]);
    },
  );

  it('may be a mapping from a queue', () => {
    expect(errorsAbout(mapping({ eventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:orders' }))).toEqual([]);
  });
});

describe('a resource that does not', () => {
  it.each([
    ['AWS::RDS::DBInstance', 'only pretends to create a resource of this type'],
    ['AWS::MSK::Cluster', 'only pretends to create a resource of this type'],
    ['AWS::CloudFront::Distribution', 'only pretends to create a resource of this type'],
    ['AWS::EC2::SecurityGroupIngress', 'only pretends to create a resource of this type'],
    ['AWS::ApiGateway::Authorizer', 'fails on an API that has one'],
    ['AWS::EC2::NatGateway', 'fails to create it'],
    ['AWS::ECR::Repository', 'gives it no place for images'],
    ['AWS::Scheduler::Schedule', 'never fires it, unlike an AWS::Events::Rule'],
    ['Custom::Trigger', 'never calls the function behind a custom resource'],
    ['AWS::CloudFormation::CustomResource', 'never calls the function behind a custom resource'],
  ])('is an error with a sentence: %s', (type, fate) => {
    expect(errorsAbout(resource(type))).toEqual([`${type} Test/Extra: LocalStack ${fate}; ${REMEDY}`]);
  });

  it('is an error behind a construct as well', () => {
    const custom = (stack: Stack) => {
      new CustomResource(stack, 'Extra', { serviceToken: 'arn:aws:lambda:us-east-1:000000000000:function:any' });
    };
    expect(errorsAbout(custom)).toEqual([
      expect.stringContaining('CustomResource Test/Extra/Default: LocalStack never'),
    ]);
  });

  it.each([
    ['MSK', { eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/orders/1', topics: ['orders'] }],
    [
      'a Kafka of its own',
      { selfManagedEventSource: { endpoints: { kafkaBootstrapServers: ['kafka:9092'] } }, topics: ['orders'] },
    ],
  ])('may be a mapping from %s', (_source, properties) => {
    expect(errorsAbout(mapping(properties))).toEqual([
      `AWS::Lambda::EventSourceMapping Test/Extra: LocalStack has no pollers for Kafka and fails to create the mapping; ${REMEDY}`,
    ]);
  });
});
