import { AccessLogField, AccessLogFormat, LogGroupLogDestination, type StageOptions } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import { apiName } from '../../names.ts';
import { StageLogGroup } from '../stage-log-group.ts';

/**
 * Nothing that the caller makes up, such as paths, query strings and user agents: these may hold a token, and a quotation mark
 * would break the line. The function's log has the rest, under the same request id.
 */
const ACCESS_LOG_FIELDS = {
  requestTime: AccessLogField.contextRequestTime(),
  requestId: AccessLogField.contextRequestId(),
  traceId: AccessLogField.contextXrayTraceId(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  method: AccessLogField.contextHttpMethod(),
  route: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  responseBytes: AccessLogField.contextResponseLength(),
  responseMs: AccessLogField.contextResponseLatency(),
  integrationMs: AccessLogField.contextIntegrationLatency(),
  integrationStatus: AccessLogField.contextIntegrationStatus(),
  authorizerMs: AccessLogField.contextAuthorizerIntegrationLatency(),
  authorizerStatus: AccessLogField.contextAuthorizerStatus(),
  caller: AccessLogField.contextAuthorizerPrincipalId(),
  errorType: AccessLogField.contextErrorResponseType(),
  firewallStatus: AccessLogField.contextWafStatus(),
};

/** A line of JSON for each request. */
export function jsonAccessLog(
  scope: Construct,
  stage: Stage,
): Pick<StageOptions, 'accessLogDestination' | 'accessLogFormat'> {
  const logGroup = new StageLogGroup(scope, 'AccessLogs', {
    stage,
    logGroupName: `/aws/apigateway/${apiName(stage.name)}/access`,
  });
  return {
    accessLogDestination: new LogGroupLogDestination(logGroup),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
  };
}
