import { join, resolve } from 'node:path';
import type { Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { removalPolicyOf, type Stage } from '../stage.ts';
import { shellWord } from './shell-word.ts';

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');

// CommonJS packages inside an ES module bundle still call require() for Node's own modules.
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export interface NodeFunctionProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
  /** Folder under functions/ that holds handler.ts; the function is called `orderflow-<stage>-<folder>`. */
  readonly folder: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  /** Folders to put beside the bundled handler: their name there, and their path in the project. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * A TypeScript function in the isolated subnets, with its own log group. Its security group reaches nothing:
 * each capability that the function is given (`shards.connect(fn)`, `topic.publishFrom(fn)`) opens its own way.
 */
export class NodeFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const functionName = `orderflow-${props.stage.name}-${props.folder}`;
    super(scope, id, {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      entry: join(PROJECT_ROOT, 'functions', props.folder, 'handler.ts'),
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: join(PROJECT_ROOT, 'package-lock.json'),
      timeout: props.timeout,
      memorySize: props.memoryMiB,
      vpc: props.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      allowAllOutbound: false,
      loggingFormat: LoggingFormat.JSON,
      logGroup: new LogGroup(scope, `${id}Logs`, {
        logGroupName: `/aws/lambda/${functionName}`,
        retention: props.stage.logRetention,
        removalPolicy: removalPolicyOf(props.stage),
      }),
      environment: { NODE_OPTIONS: '--enable-source-maps' },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        // ES module builds of the packages, where they have one, can be tree-shaken.
        mainFields: ['module', 'main'],
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        bundleAwsSDK: true,
        logLevel: LogLevel.WARNING,
        banner: REQUIRE_BANNER,
        commandHooks: {
          beforeInstall: () => [],
          beforeBundling: () => [],
          afterBundling: (inputDir, outputDir) => copyCommands(props.files ?? {}, inputDir, outputDir),
        },
      },
    });
  }
}

function copyCommands(files: Readonly<Record<string, string>>, inputDir: string, outputDir: string): string[] {
  return Object.entries(files).map(
    ([name, path]) => `cp -R ${shellWord(`${inputDir}/${path}`)} ${shellWord(`${outputDir}/${name}`)}`,
  );
}
