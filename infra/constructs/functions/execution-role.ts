import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { StageLogGroup } from '../stage-log-group.ts';

export interface ExecutionRoleProps {
  readonly functionName: string;
  /** Where the function writes its log. */
  readonly logGroup: StageLogGroup;
  /** Whether Lambda connects the function to a network. */
  readonly inNetwork: boolean;
  readonly tracing: boolean;
}

/**
 * The role of one function. What running in Lambda takes is in inline policies, which exist before the function does; what
 * the function is given for its work comes into a policy beside them.
 */
export class ExecutionRole extends Role {
  constructor(scope: Construct, id: string, props: ExecutionRoleProps) {
    super(scope, id, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Log: new PolicyDocument({ statements: [props.logGroup.writeStatement()] }),
        ...(props.inNetwork ? { Network: networkInterfaces(scope, props.functionName) } : {}),
        ...(props.tracing ? { Traces: allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*') } : {}),
      },
    });
    if (!props.inNetwork && !props.tracing) return;
    // On the role's own policies alone: what is granted later is not covered.
    Validations.of(this.node.defaultChild ?? this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The actions of X-Ray and most of those on network interfaces know no resources. Network interfaces are ' +
        "Lambda's affair: the function's own code is denied them.",
    });
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Further actions with which Lambda connects a function, or the pollers of its events, in the function's name. */
const LAMBDA_ALONE = ['ec2:DetachNetworkInterface', 'ec2:DescribeSecurityGroups', 'ec2:DescribeVpcs'];

function networkInterfaces(scope: Construct, functionName: string): PolicyDocument {
  // By its name, since the function waits for its role.
  const functionArn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const document = allow(NETWORK_INTERFACE_ACTIONS, '*');
  document.addStatements(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [...NETWORK_INTERFACE_ACTIONS, ...LAMBDA_ALONE],
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    }),
  );
  return document;
}

function allow(actions: string[], resource: string): PolicyDocument {
  return new PolicyDocument({ statements: [new PolicyStatement({ actions, resources: [resource] })] });
}
