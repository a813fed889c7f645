import { Aws, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../config/stage.ts';
import { ClosedSecurityGroup } from '../constructs/closed-security-group.ts';
import type { Network } from '../constructs/network.ts';
import { StageLogGroup } from '../constructs/stage-log-group.ts';

export interface NetworkStackProps extends StackProps {
  readonly stage: Stage;
  /** By name; the Region's first ones when not given. */
  readonly availabilityZones?: readonly string[] | undefined;
}

/** A VPC without a way to the internet: isolated subnets, and endpoints for the two AWS services that functions call. */
export class NetworkStack extends Stack implements Network {
  readonly vpc: IVpc;
  readonly secretsManager: InterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, props);
    const { stage } = props;
    const zones =
      props.availabilityZones ??
      // Asked for three zones, a stack without a fixed region would silently take two.
      Array.from({ length: stage.availabilityZones }, (_, i) => Fn.select(i, Fn.getAzs()));
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      availabilityZones: [...zones],
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      // Nothing is ever put into the VPC's default group, and whatever is by mistake reaches nobody.
      restrictDefaultSecurityGroup: true,
    }) as IVpc;
    this.#logFlows(stage);
    this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 }).addToPolicy(ownAccount('s3:*'));
    this.secretsManager = this.#secretsManagerEndpoint(stage);
  }

  #logFlows(stage: Stage): void {
    const logGroup = new StageLogGroup(this, 'FlowLogs', { stage }) as ILogGroup;
    this.vpc.addFlowLog('Flows', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      // Without customers, what was refused is enough to find a mistake.
      trafficType: stage.disposable ? FlowLogTrafficType.REJECT : FlowLogTrafficType.ALL,
    });
  }

  #secretsManagerEndpoint(stage: Stage): InterfaceVpcEndpoint {
    const endpoint = new InterfaceVpcEndpoint(this, 'SecretsManager', {
      vpc: this.vpc,
      service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      // It costs by zone; functions in a zone without one use another's.
      subnets: { subnets: this.vpc.isolatedSubnets.slice(0, stage.endpointZones) },
      // Who may call it is written by the functions that do.
      open: false,
      securityGroups: [
        new ClosedSecurityGroup(this, 'SecretsManagerSecurityGroup', {
          vpc: this.vpc,
          description: 'Secrets Manager endpoint',
        }),
      ],
    });
    endpoint.addToPolicy(ownAccount('secretsmanager:*'));
    return endpoint;
  }
}

/**
 * Lets only this account's principals through an endpoint, and only to what the account owns: with another account's
 * credentials, nobody carries data out of the network. What each function may do is said by its role.
 */
function ownAccount(action: string): PolicyStatement {
  return new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: [action],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID, 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
  });
}
