import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from '../../local/http/http-response.ts';
import { type Fault, faults } from '../../local/services/api-gateway/gateway-fault.ts';
import { gatewayResponse } from '../../local/services/api-gateway/gateway-response.ts';
import type { GatewayResponseDefinition } from '../../local/services/api-gateway/rest-api-definition.ts';

/** By response type. */
type GatewayResponses = Readonly<Record<string, GatewayResponseDefinition>>;

/** LocalStack calls the three failures of a function alike; the API's gateway responses tell them apart by their status. */
const FAILURES_OF_FUNCTIONS = [faults.functionRefused, faults.integrationTimeout, faults.functionFailed];

/**
 * Words an answer of LocalStack's API Gateway itself as the template says. LocalStack takes the status of a gateway response
 * alone, and leaves out its headers, without which no page may read the answer, and its template.
 *
 * @param read gives the gateway responses of the template
 * @returns undefined for an answer that is a function's, or of a kind that is not known here
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
  // Nothing of the request is in the wording.
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
