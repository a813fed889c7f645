import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { STAGE_CONTEXTS } from '../example-contexts.ts';
import { properties } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const { Alerts: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Alerts: prod } = templatesOf(STAGE_CONTEXTS.prod);

describe('the topic of alarms', () => {
  const [{ PolicyDocument }] = properties(dev, 'AWS::SNS::TopicPolicy');

  it('is called after its stage', () => {
    dev.hasResourceProperties('AWS::SNS::Topic', { TopicName: 'orderflow-dev-alarms' });
    prod.hasResourceProperties('AWS::SNS::Topic', { TopicName: 'orderflow-prod-alarms' });
  });

  it('takes messages from the alarms of its stage in its account, and from nobody else', () => {
    const allowed = PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toEqual([
      {
        Sid: 'AlarmsOfThisStage',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: expect.anything(),
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':alarm:orderflow-dev-*'])] } },
        },
      },
    ]);
  });

  it('takes them over TLS alone', () => {
    dev.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sns:Publish',
            Principal: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('writes to the address that was given, and to nobody where none was', () => {
    expect(properties(prod, 'AWS::SNS::Subscription')).toEqual([
      expect.objectContaining({ Protocol: 'email', Endpoint: STAGE_CONTEXTS.prod.alarmEmail }),
    ]);
    dev.resourceCountIs('AWS::SNS::Subscription', 0);
  });
});
