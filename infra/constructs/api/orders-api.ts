import { RemovalPolicy, Tags, Validations } from 'aws-cdk-lib';
import {
  CfnRestApi,
  EndpointType,
  type IAuthorizer,
  LambdaIntegration,
  type Method,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { ROUTES, type RouteFunction } from '../../../functions/contract/http/routes.ts';
import type { Stage } from '../../config/stage.ts';
import { apiName, LOCALSTACK_API_ID } from '../../names.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { jsonAccessLog } from './api-logs.ts';
import { CORS_PREFLIGHT, exposeGatewayErrors } from './gateway-errors.ts';

export interface OrdersApiProps {
  readonly stage: Stage;
  readonly functions: Readonly<Record<RouteFunction, NodeFunction>>;
  /** For routes that take a token; without it, they are open too. */
  readonly authorizer?: IAuthorizer | undefined;
  /** A regional one. */
  readonly webAclArn?: string | undefined;
}

/** The public REST API. The gateway's own errors have the shape of the functions' errors. */
export class OrdersApi extends Construct {
  readonly restApi: RestApi;
  readonly url: string;
  readonly #authorizer: IAuthorizer | undefined;

  constructor(scope: Construct, id: string, props: OrdersApiProps) {
    super(scope, id);
    const { stage, functions, authorizer, webAclArn } = props;
    this.#authorizer = authorizer;
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: apiName(stage.name),
      description: 'OrderFlow: orders and their receipts',
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: {
        stageName: stage.name,
        throttlingRateLimit: stage.api.requestsPerSecond,
        throttlingBurstLimit: stage.api.burst,
        tracingEnabled: true,
        // No metrics per method, which cost money: each route's function has its own.
        loggingLevel: MethodLoggingLevel.ERROR,
        // Traces hold bodies of requests.
        dataTraceEnabled: false,
        ...jsonAccessLog(this, stage),
      },
      cloudWatchRole: true,
      // All APIs of the account log with this role, so it must outlive this one. LocalStack's do not log.
      cloudWatchRoleRemovalPolicy: stage.localstack === undefined ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      defaultCorsPreflightOptions: CORS_PREFLIGHT,
      // LocalStack keeps a stage on its first deployment and would delete both.
      retainDeployments: stage.localstack !== undefined,
    });
    this.url = stage.localstack?.apiUrl ?? this.restApi.url;
    if (stage.localstack !== undefined) fixLocalStackId(this.restApi);
    this.#keepExecutionLogs(stage);
    this.#addRoutes(functions);
    exposeGatewayErrors(this.restApi);
    if (webAclArn !== undefined) this.#filter(webAclArn);
    this.#acknowledgeFindings(webAclArn);
  }

  #addRoutes(functions: OrdersApiProps['functions']): void {
    for (const { path, method, function: name, authorization } of ROUTES) {
      const resource = this.restApi.root.resourceForPath(path);
      const proxy = new LambdaIntegration(functions[name].live, { allowTestInvoke: false });
      if (authorization !== 'token') {
        acknowledgeOpen(resource.addMethod(method, proxy), authorization.open);
      } else if (this.#authorizer === undefined) {
        acknowledgeOpen(
          resource.addMethod(method, proxy),
          'This stage was configured without sign-in (auth=none), which prod refuses.',
        );
      } else {
        Validations.of(resource.addMethod(method, proxy, { authorizer: this.#authorizer })).acknowledge({
          id: 'AwsSolutions-COG4',
          reason:
            'An authorizer function verifies the tokens, so that any OpenID Connect issuer can be used, including Cognito.',
        });
      }
    }
  }

  // API Gateway would create this log group itself, and keep it for ever.
  #keepExecutionLogs(stage: Stage): void {
    const { restApiId, deploymentStage } = this.restApi;
    const logGroup = new StageLogGroup(this, 'ExecutionLogs', {
      stage,
      logGroupName: `API-Gateway-Execution-Logs_${restApiId}/${stage.name}`,
    });
    deploymentStage.node.addDependency(logGroup);
  }

  #filter(webAclArn: string): void {
    const resourceArn = this.restApi.deploymentStage.stageArn;
    new CfnWebACLAssociation(this, 'Firewall', { resourceArn, webAclArn });
  }

  #acknowledgeFindings(webAclArn: string | undefined): void {
    Validations.of(this.restApi).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason:
          'The functions validate each request against the schemas behind /api/openapi.json and report what is wrong.',
      },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason: 'API Gateway uses one role for the logs of all APIs of an account, and requires this policy.',
      },
    );
    if (webAclArn === undefined) {
      Validations.of(this.restApi.deploymentStage).acknowledge({
        id: 'AwsSolutions-APIG3',
        reason: 'A web ACL is up to the owner of the account, who passes it as context key webAclArn.',
      });
    }
  }
}

// LocalStack takes the id of an API from this tag.
function fixLocalStackId(api: RestApi): void {
  Tags.of(api).add('_custom_id_', LOCALSTACK_API_ID, { includeResourceTypes: [CfnRestApi.CFN_RESOURCE_TYPE_NAME] });
}

function acknowledgeOpen(method: Method, reason: string): void {
  Validations.of(method).acknowledge({ id: 'AwsSolutions-APIG4', reason }, { id: 'AwsSolutions-COG4', reason });
}
