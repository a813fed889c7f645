import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { STAGES } from '../../config/stage.ts';
import { NetworkStack } from '../../stacks/network-stack.ts';
import { KafkaCluster } from './kafka-cluster.ts';
import { KafkaTopic } from './kafka-topic.ts';

const CLUSTER = 'arn:aws:kafka:eu-west-1:111122223333:cluster/orderflow-dev/1a2b3c4d-1';
const TOPIC = 'arn:aws:kafka:eu-west-1:111122223333:topic/orderflow-dev/1a2b3c4d-1/orders';
const GROUP = 'arn:aws:kafka:eu-west-1:111122223333:group/orderflow-dev/1a2b3c4d-1/readers';

describe('grants on a topic', () => {
  it('let a reader read the topic as a member of its group', () => {
    expect(grantedBy((topic, role) => topic.grantRead(role, 'readers'))).toEqual({
      'kafka-cluster:Connect': CLUSTER,
      'kafka-cluster:DescribeTopic': TOPIC,
      'kafka-cluster:ReadData': TOPIC,
      'kafka-cluster:DescribeGroup': GROUP,
      'kafka-cluster:AlterGroup': GROUP,
    });
  });

  it('let a writer write the topic', () => {
    expect(grantedBy((topic, role) => topic.grantWrite(role))).toEqual({
      'kafka-cluster:Connect': CLUSTER,
      'kafka-cluster:DescribeTopic': TOPIC,
      'kafka-cluster:WriteData': TOPIC,
    });
  });

  it('let a mapping put what it gives up into the topic', () => {
    expect(grantedBy((topic, role) => topic.grantOnFailure(role))).toEqual({
      'kafka-cluster:Connect': CLUSTER,
      'kafka-cluster:DescribeCluster': CLUSTER,
      'kafka-cluster:DescribeTopic': TOPIC,
      'kafka-cluster:WriteData': TOPIC,
      'kafka-cluster:ReadData': TOPIC,
    });
  });

  it('let others ask about the topic', () => {
    expect(grantedBy((topic, role) => topic.grantDescribe(role))).toEqual({
      'kafka-cluster:Connect': CLUSTER,
      'kafka-cluster:DescribeTopic': TOPIC,
    });
  });
});

/** The resource of each action that a grant adds to a role. */
function grantedBy(grant: (topic: KafkaTopic, role: Role) => void): Record<string, string> {
  const stage = STAGES.dev;
  const app = new App({ builtinCloudFormationValidation: false });
  const network = new NetworkStack(app, 'Network', { stage });
  const stack = new Stack(app, 'Test');
  const cluster = new KafkaCluster(stack, 'Kafka', { stage, network });
  const topic = new KafkaTopic(stack, 'Orders', { stage, cluster, topicName: 'orders', partitions: 1 });
  grant(topic, new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));

  const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => id.startsWith('Reader')) ?? [];
  const granted = policy?.Properties.PolicyDocument.Statement.flatMap(
    ({ Action, Resource }: { Action: string | string[]; Resource: unknown }) =>
      [Action].flat().map((action) => [action, evaluate(Resource)]),
  );
  return Object.fromEntries(granted);
}

/** What CloudFormation makes of an expression over the cluster's ARN. */
function evaluate(value: unknown): string | string[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item) => String(evaluate(item)));
  const [[name, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (name === 'Fn::GetAtt') return CLUSTER;
  const [first, second] = argument as [string, unknown];
  const operand = evaluate(second);
  if (name === 'Fn::Join') return (operand as string[]).join(first);
  if (name === 'Fn::Split') return (operand as string).split(first);
  if (name === 'Fn::Select') return (operand as string[])[Number(first)] ?? '';
  throw new Error(`Unexpected expression ${JSON.stringify(value)}`);
}
