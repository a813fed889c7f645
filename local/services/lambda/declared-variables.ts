/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);
/** Of all names and values together, as JSON. */
const MAX_BYTES = 4 * 1024;
const REFUSED =
  'Lambda was unable to configure your environment variables because the environment variables you have provided';

/**
 * Why Lambda refuses the environment variables of a function, in its words (test_large_environment_variables_fails in LocalStack's
 * snapshots); undefined when it takes them.
 */
export function problemOfVariables(variables: Readonly<Record<string, string>>): string | undefined {
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    const keys = `Reserved keys used in this request: ${reserved.join(', ')}`;
    return `${REFUSED} contains reserved keys that are currently not supported for modification. ${keys}`;
  }
  const json = JSON.stringify(variables);
  if (Buffer.byteLength(json) <= MAX_BYTES) return undefined;
  return `${REFUSED} exceeded the 4KB limit. String measured: ${json}`;
}
