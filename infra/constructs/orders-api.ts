import { EndpointType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Stage } from '../stage.ts';
import { CORS_PREFLIGHT, exposeGatewayErrors } from './gateway-errors.ts';

export interface OrdersApiProps {
  readonly stage: Stage;
  readonly createOrder: IFunction;
  readonly listOrders: IFunction;
  readonly health: IFunction;
}

/** The public REST API: each method is proxied to its function, and its own errors have the same shape as theirs. */
export class OrdersApi extends Construct {
  readonly restApi: RestApi;

  constructor(scope: Construct, id: string, props: OrdersApiProps) {
    super(scope, id);
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: `orderflow-${props.stage.name}`,
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: { stageName: props.stage.name },
      cloudWatchRole: false,
      defaultCorsPreflightOptions: CORS_PREFLIGHT,
    });
    const { root } = this.restApi;
    root.addResource('health').addMethod('GET', proxyTo(props.health));
    const orders = root.addResource('api').addResource('orders');
    orders.addMethod('GET', proxyTo(props.listOrders));
    orders.addMethod('POST', proxyTo(props.createOrder));
    exposeGatewayErrors(this.restApi);
  }
}

function proxyTo(handler: IFunction): LambdaIntegration {
  return new LambdaIntegration(handler, { allowTestInvoke: false });
}
