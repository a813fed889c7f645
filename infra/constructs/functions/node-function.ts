import type { Duration } from 'aws-cdk-lib';
import { type IConnectable, type ISecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  Alias,
  Architecture,
  CfnFunction,
  type IAlias,
  type IVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { BUNDLE_METADATA, type BundleRecipe } from '../../../tooling/bundle.ts';
import { type FunctionFolder, removalPolicyOf, type Stage } from '../../config/stage.ts';
import { functionLogGroupName, functionName, LIVE_ALIAS } from '../../names.ts';
import { ClosedSecurityGroup } from '../closed-security-group.ts';
import type { Network } from '../network.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { bundledCode, functionRecipe } from './bundled-code.ts';
import { CanaryRollout } from './canary-rollout.ts';
import { ExecutionRole } from './execution-role.ts';

export interface NodeFunctionProps {
  readonly stage: Stage;
  /** Below functions/. The function is called `orderflow-<stage>-<folder>`. */
  readonly folder: FunctionFolder;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  /** In its isolated subnets; without one, the function has the internet. */
  readonly network?: Network | undefined;
  /** Folders to put beside the bundled handler: name there, and path in the project. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Default: yes. */
  readonly tracing?: boolean;
  /** Notified of rollbacks. In prod, a function that has one is rolled out step by step. */
  readonly alarmTopic?: ITopic | undefined;
}

/**
 * A TypeScript function with its own role and log group, invoked through the alias `live`. Its security group reaches nothing
 * until a capability opens its way (`shards.connect(fn)`, `topic.publishFrom(fn)`).
 */
export class NodeFunction extends LambdaFunction {
  readonly folder: FunctionFolder;
  readonly live: IAlias;
  readonly #stage: Stage;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const { stage, folder, network, tracing = true } = props;
    const name = functionName(stage.name, folder);
    const recipe = functionRecipe(folder, props.folders);
    const logGroup = new StageLogGroup(scope, `${id}Logs`, { stage, logGroupName: functionLogGroupName(name) });
    super(scope, id, {
      functionName: name,
      role: new ExecutionRole(scope, `${id}Role`, {
        functionName: name,
        logGroup,
        inNetwork: network !== undefined,
        tracing,
      }),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: bundledCode(recipe),
      handler: 'index.handler',
      timeout: props.timeout,
      memorySize: props.memoryMiB,
      ...(network === undefined
        ? {}
        : {
            vpc: network.vpc,
            vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
            securityGroups: [
              // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
              new ClosedSecurityGroup(scope, `${id}SecurityGroup`, {
                vpc: network.vpc,
                description: `Function ${name}`,
              }) as ISecurityGroup,
            ],
          }),
      ...(stage.concurrency === undefined ? {} : { reservedConcurrentExecutions: stage.concurrency[folder] }),
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      environment: { STAGE: stage.name },
      // So that customers can be pointed back to it.
      currentVersionOptions: { removalPolicy: removalPolicyOf(stage) },
    });
    this.folder = folder;
    this.#tell(recipe);
    this.#stage = stage;
    if (tracing) this.#sendTraces();
    // The casts: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    const alias = stage.localstack === undefined ? this.#aliasOf(this.currentVersion as IVersion) : this.#latest(name);
    this.live = alias as IAlias;
    if (!stage.disposable && props.alarmTopic !== undefined) {
      const { alarmTopic } = props;
      new CanaryRollout(this, 'Rollout', { stage, folder, alias, alarmTopic });
    }
  }

  /**
   * Opens the network's way from this function to something that it uses. On LocalStack no way is closed.
   *
   * @param peer undefined on LocalStack alone, where it has no place in a network
   * @param port the peer's own when not given
   * @throws Error on AWS when one of them stands in no network
   */
  mayReach(peer: IConnectable | undefined, description: string, port = peer?.connections.defaultPort): void {
    if (this.#stage.localstack !== undefined) return;
    if (peer === undefined || port === undefined) throw new Error(`${this.node.path} has no way to: ${description}.`);
    this.connections.allowTo(peer, port, description);
  }

  #aliasOf(version: IVersion): Alias {
    return new Alias(this, 'Live', { aliasName: LIVE_ALIAS, version });
  }

  /**
   * The alias on LocalStack, which cannot point one to another version: always to the latest. By the function's name, since
   * LocalStack replaces what refers to a function that has changed, and fails on a second alias of the same name.
   */
  #latest(functionName: string): Alias {
    const alias = this.#aliasOf(LambdaFunction.fromFunctionName(this, 'ByName', functionName).latestVersion);
    if (this.node.defaultChild !== undefined) alias.node.addDependency(this.node.defaultChild);
    return alias;
  }

  /** Local runs bundle the function again when a source changes. */
  #tell(recipe: BundleRecipe): void {
    if (this.node.defaultChild instanceof CfnFunction) this.node.defaultChild.addMetadata(BUNDLE_METADATA, recipe);
  }

  // Not by the construct's own property, which would give the role the right to do so a second time.
  #sendTraces(): void {
    if (this.node.defaultChild instanceof CfnFunction) this.node.defaultChild.tracingConfig = { mode: 'Active' };
  }
}
