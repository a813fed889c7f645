import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from '../../local/http/http-response.ts';
import { type Fault, faults } from '../../local/services/api-gateway/gateway-fault.ts';
import { gatewayResponse } from '../../local/services/api-gateway/gateway-response.ts';
import type { GatewayResponseDefinition } from '../../local/services/api-gateway/rest-api-definition.ts';

/** By response type. */
type GatewayResponses = Readonly<Record<string, GatewayResponseDefinition>>;

/** LocalStack reports the three failures of a function alike. The status of the API's gateway responses tells them apart. */
const FAILURES_OF_FUNCTIONS = [faults.functionRefused, faults.integrationTimeout, faults.functionFailed];

/**
 * Replaces an error response of LocalStack's API Gateway by what the template defines. LocalStack applies only the status of a
 * gateway response, not its body, nor its headers, without which no page may read it.
 *
 * @param read gives the gateway responses of the template
 * @returns undefined for a function's response, or an unknown kind of error
 */
export function wordGatewayError(
  { headers, statusCode = 500 }: IncomingMessage,
  read: () => GatewayResponses,
): HttpResponse | undefined {
  const errorType = headers['x-amzn-errortype'];
  if (errorType === undefined) return undefined;
  const gatewayResponses = read();
  const fault = faultOf(errorType, statusCode, gatewayResponses);
  if (fault === undefined) return undefined;
  // Nothing of the request is part of it.
  const response = gatewayResponse(fault, { gatewayResponses }, { header: () => undefined, variable: () => '' });
  const ids = ['x-amzn-requestid', 'x-amz-apigw-id'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, [value]] as const] : [];
  });
  return { ...response, headers: new Map([...response.headers, ...ids]) };
}

function faultOf(
  errorType: string | string[],
  statusCode: number,
  gatewayResponses: GatewayResponses,
): Fault | undefined {
  if (errorType === faults.functionFailed.errorType) {
    const statusOf = (fault: Fault) => gatewayResponses[fault.responseType]?.statusCode ?? fault.statusCode;
    return FAILURES_OF_FUNCTIONS.find((fault) => statusOf(fault) === statusCode) ?? faults.functionFailed;
  }
  return Object.values(faults).find((fault) => fault.errorType === errorType);
}
