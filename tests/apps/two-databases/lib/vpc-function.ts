import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { join } from 'node:path';

export interface VpcFunctionProps {
  /** File below functions/, without its extension. */
  readonly entry: string;
  readonly description: string;
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  readonly environment?: Record<string, string>;
  readonly timeout: Duration;
}

/** A bundled function in the isolated subnets. */
export class VpcFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: VpcFunctionProps) {
    super(scope, id, {
      entry: join(import.meta.dirname, '..', 'functions', `${props.entry}.ts`),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: props.timeout,
      vpc: props.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [props.securityGroup],
      environment: {
        // Amazon's certificate authorities, among them those of RDS.
        NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
        ...props.environment,
      },
      logGroup: new LogGroup(scope, `${id}Logs`, {
        retention: RetentionDays.TWO_WEEKS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        bundleAwsSDK: true,
        // kafkajs and pg are CommonJS and require Node's own modules.
        banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
  }
}
