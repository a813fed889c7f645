import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { StageLogGroup } from '../stage-log-group.ts';

export interface ExecutionRoleProps {
  readonly functionName: string;
  readonly logGroup: StageLogGroup;
  readonly inNetwork: boolean;
  readonly tracing: boolean;
}

/**
 * Inline policies hold what Lambda itself needs, since they exist before the function. What the function's work needs is
 * granted in a separate policy.
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
    // Only on the role's own policies: later grants are not covered.
    Validations.of(this.node.defaultChild ?? this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray actions and most network interface actions do not support resource-level permissions. Network interfaces are ' +
        "managed by Lambda: the function's own code is denied these actions.",
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

/** Further actions by which Lambda connects a function, or the pollers of its events. */
const LAMBDA_ALONE = ['ec2:DetachNetworkInterface', 'ec2:DescribeSecurityGroups', 'ec2:DescribeVpcs'];

function networkInterfaces(scope: Construct, functionName: string): PolicyDocument {
  // By name, since the function waits for its role.
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
