import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import { StageLogGroup } from '../stage-log-group.ts';

export interface BootstrapBrokersProps {
  readonly stage: Stage;
  readonly clusterArn: string;
}

/** Reads a cluster's broker addresses at deploy: CloudFormation has no attribute for them. */
export class BootstrapBrokers extends Construct {
  /** `host:port,host:port` of the IAM listeners. */
  readonly iamBrokers: string;

  constructor(scope: Construct, id: string, props: BootstrapBrokersProps) {
    super(scope, id);
    const field = 'BootstrapBrokerStringSaslIam';
    const logGroup = new StageLogGroup(this, 'LookupLogs', { stage: props.stage });
    const role = new Role(this, 'LookupRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(logGroup.writeStatement());
    const lookup = new AwsCustomResource(this, 'Lookup', {
      resourceType: 'Custom::BootstrapBrokers',
      installLatestAwsSdk: false,
      logGroup,
      role,
      onUpdate: {
        service: 'Kafka',
        action: 'getBootstrapBrokers',
        parameters: { ClusterArn: props.clusterArn },
        outputPaths: [field],
        physicalResourceId: PhysicalResourceId.of(props.clusterArn),
      },
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [props.clusterArn] }),
      ]),
    });
    this.iamBrokers = lookup.getResponseField(field);
  }
}
