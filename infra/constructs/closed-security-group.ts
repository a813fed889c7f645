import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

export interface ClosedSecurityGroupProps {
  readonly vpc: IVpc;
  readonly description: string;
}

/**
 * A security group that lets nothing out but what it is given. Out of a group whose own resource has no egress rule, AWS lets
 * everything (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html). The
 * CDK's rule against that goes with the first rule to another group, which is a resource apart; the one of this group stays.
 */
export class ClosedSecurityGroup extends SecurityGroup {
  constructor(scope: Construct, id: string, props: ClosedSecurityGroupProps) {
    super(scope, id, { vpc: props.vpc, description: props.description, allowAllOutbound: false });
    this.addEgressRule(Peer.ipv4('127.0.0.1/32'), Port.icmpPing(), 'Nowhere, so that there is a rule');
  }
}
