import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { externalize } from './externalize.ts';

const newStack = () => new Stack(new App({ analyticsReporting: false }), 'Test');

it('takes a resource out of the template, and says in its metadata what it is and what stands in for it', () => {
  const stack = newStack();
  new CfnResource(stack, 'Kept', { type: 'AWS::SNS::Topic' });
  const properties = { TopicName: 'orders', PartitionCount: 6 };
  externalize(new CfnResource(stack, 'Left', { type: 'AWS::MSK::Topic', properties }), { Broker: 'kafka:19092' });
  expect(Template.fromStack(stack).toJSON()).toMatchObject({
    Metadata: {
      Left: {
        ExternalResource: { Type: 'AWS::MSK::Topic', Properties: properties, StandIn: { Broker: 'kafka:19092' } },
      },
    },
    Resources: { Kept: { Type: 'AWS::SNS::Topic' } },
  });
  expect(Object.keys(Template.fromStack(stack).toJSON().Resources)).toEqual(['Kept']);
});

it('refuses what nobody could read: a property that is known at deploy alone', () => {
  const stack = newStack();
  const kept = new CfnResource(stack, 'Kept', { type: 'AWS::SNS::Topic' });
  const left = (id: string, value: unknown) =>
    new CfnResource(stack, id, { type: 'AWS::MSK::Topic', properties: { Name: value } });
  expect(() => externalize(left('Named', kept.ref))).toThrow(
    'Test/Named cannot be externalized: its Ref is only resolved at deploy.',
  );
  expect(() => externalize(left('Joined', kept.getAtt('Arn')))).toThrow('its Fn::GetAtt is only resolved');
});
