import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Stage } from '../stage.ts';

export interface NetworkStackProps extends StackProps {
  readonly stage: Stage;
}

/** A VPC without a way to the internet: isolated subnets, and endpoints for the two AWS services that functions call. */
export class NetworkStack extends Stack {
  readonly vpc: IVpc;
  readonly secretsManager: InterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, props);
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      // Asked for three zones, a stack without a fixed region would silently take two.
      availabilityZones: Array.from({ length: props.stage.availabilityZones }, (_, i) => Fn.select(i, Fn.getAzs())),
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      // Nothing is ever put into the VPC's default group; emptying it would take a custom resource with EC2 rights.
      restrictDefaultSecurityGroup: false,
    }) as IVpc;
    this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    this.secretsManager = new InterfaceVpcEndpoint(this, 'SecretsManager', {
      vpc: this.vpc,
      service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      // Who may call it is written by the functions that do.
      open: false,
      securityGroups: [
        new SecurityGroup(this, 'SecretsManagerSecurityGroup', {
          vpc: this.vpc,
          description: 'Secrets Manager endpoint',
          allowAllOutbound: false,
        }),
      ],
    });
  }
}
