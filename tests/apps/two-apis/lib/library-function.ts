import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { join } from 'node:path';

export interface LibraryFunctionProps {
  /** File below functions/, without its extension. */
  readonly entry: string;
  readonly description: string;
  readonly environment?: Record<string, string>;
  readonly timeout?: Duration;
}

/** A bundled function with a log group of its own. */
export class LibraryFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: LibraryFunctionProps) {
    super(scope, id, {
      entry: join(import.meta.dirname, '..', 'functions', `${props.entry}.ts`),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: props.timeout ?? Duration.seconds(10),
      environment: props.environment,
      logGroup: new LogGroup(scope, `${id}Logs`, {
        retention: RetentionDays.TWO_WEEKS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      bundling: { format: OutputFormat.ESM, target: 'node24' },
    });
  }
}
