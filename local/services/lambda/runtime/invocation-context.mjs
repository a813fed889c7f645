/**
 * The `context` argument of the handler.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers of the Runtime API's next invocation
 * @param {NodeJS.ProcessEnv} env
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export function invocationContext(headers, env) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    xRayTraceId: headers['lambda-runtime-trace-id'],
    clientContext: undefined,
    identity: undefined,
    tenantId: undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}
