import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import { alarmName, prefixOf } from '../../names.ts';

export interface AlarmTopicProps {
  readonly stage: Stage;
  /** Asked to confirm its subscription at the first deployment. */
  readonly email?: string | undefined;
}

/**
 * Takes messages from this account's alarms alone, over TLS. Not encrypted: alarms cannot publish under AWS's own key, a
 * customer's costs money, and no message holds an order.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const { name } = props.stage;
    this.topic = new Topic(this, 'Topic', { topicName: `${prefixOf(name)}-alarms`, enforceSSL: true });
    // Replaces the default policy, by which everything in the account may publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisStage',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: {
            'aws:SourceArn': Arn.format(
              {
                service: 'cloudwatch',
                resource: 'alarm',
                resourceName: alarmName(name, '*'),
                arnFormat: ArnFormat.COLON_RESOURCE_NAME,
              },
              Stack.of(this),
            ),
          },
        },
      }),
    );
    if (props.email !== undefined) this.topic.addSubscription(new EmailSubscription(props.email));
  }
}
