/**
 * The program of an execution environment: loads the handler, then runs it on one event of the Runtime API after the other.
 * Plain JavaScript, because stripping types would slow down every cold start.
 */
import { readFileSync } from 'node:fs';
import { globalAgent } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { loadHandler } from './load-handler.mjs';
import { patchConsole } from './patch-console.mjs';
import { restrictConnections } from './restrict-connections.mjs';
import { RuntimeClient } from './runtime-client.mjs';
import { errorPayload, RuntimeError } from './runtime-errors.mjs';

const env = process.env;
// The runner has file descriptors 3, for the connections that are refused, and 4, for the Runtime API.
const client = new RuntimeClient(required('AWS_LAMBDA_RUNTIME_API'), 4);
let currentRequestId = '-';

patchConsole({
  json: env.AWS_LAMBDA_LOG_FORMAT === 'JSON',
  minimumLevel: env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE',
  requestId: () => currentRequestId,
});
useLocalHttpsEndpoints(takeVariable('LOCAL_HTTPS_ENDPOINTS'));
restrictConnections(JSON.parse(takeVariable('LOCAL_NETWORK')), 3);
waitForCode();

let handler;
try {
  handler = await loadHandler(required('LAMBDA_TASK_ROOT'), required('_HANDLER'));
} catch (error) {
  logError('Init Error', error);
  await client.failInit(errorPayload(error));
  process.exit(1);
}

while (true) {
  const { headers, body } = await client.next();
  const context = invocationContext(headers);
  currentRequestId = context.awsRequestId;
  setTraceId(headers['lambda-runtime-trace-id']);
  try {
    const payload = toJson(await handler(JSON.parse(body), context));
    await nextTurn();
    await outputWritten();
    await client.succeed(currentRequestId, payload);
  } catch (error) {
    await nextTurn();
    logError('Invoke Error', error);
    await outputWritten();
    await client.fail(currentRequestId, errorPayload(error));
  }
}

/**
 * Makes Node trust the certificates of the local endpoints. Redirects port 443, because the CDK's handlers drop the port of
 * a response URL.
 *
 * @param {string} endpoints `LocalHttpsEndpoints` as JSON
 */
function useLocalHttpsEndpoints(endpoints) {
  const { trustedCertificates, httpsPort } = JSON.parse(endpoints);
  if (trustedCertificates.length > 0) {
    setDefaultCACertificates([...getCACertificates('default'), ...trustedCertificates]);
  }
  const connect = globalAgent.createConnection.bind(globalAgent);
  globalAgent.createConnection = (options, connected) => {
    const local = options.host === '127.0.0.1' && Number(options.port) === 443;
    return connect(local ? { ...options, port: httpsPort } : options, connected);
  };
}

/** An environment that is booted ahead of its code waits until the runner closes its input. */
function waitForCode() {
  if (env.LOCAL_STANDBY === undefined) return;
  delete env.LOCAL_STANDBY;
  readFileSync(0);
}

/** Reads and removes a variable that the function must not see. @param {string} name */
function takeVariable(name) {
  const value = required(name);
  delete env[name];
  return value;
}

/**
 * The `context` argument of the handler: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 *
 * @param {import('node:http').IncomingHttpHeaders} headers of the next invocation
 */
function invocationContext(headers) {
  // By the monotonic clock: one that is set back meanwhile gives no function more time.
  const deadline = performance.now() + Number(headers['lambda-runtime-deadline-ms']) - Date.now();
  return {
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    xRayTraceId: headers['lambda-runtime-trace-id'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: optionalJson(headers['lambda-runtime-client-context']),
    identity: undefined,
    tenantId: undefined,
    getRemainingTimeInMillis: () => Math.round(deadline - performance.now()),
  };
}

/** @param {string | string[] | undefined} text */
function optionalJson(text) {
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}

/** The managed runtime leaves one turn of the event loop to whatever the handler has just started. */
function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A pipe that is full takes the rest later; but what was logged before the response belongs to its invocation. */
async function outputWritten() {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((resolve) => void stream.write('', resolve));
  }
}

/** @param {string | string[] | undefined} traceId */
function setTraceId(traceId) {
  if (typeof traceId === 'string') env._X_AMZN_TRACE_ID = traceId;
  else delete env._X_AMZN_TRACE_ID;
}

/** @param {unknown} value */
function toJson(value) {
  try {
    return JSON.stringify(value === undefined ? null : value);
  } catch {
    throw new RuntimeError('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

/** @param {string} what @param {unknown} error */
function logError(what, error) {
  if (env.AWS_LAMBDA_LOG_FORMAT === 'JSON') console.error(error instanceof Error ? error : new Error(String(error)));
  else console.error(what, JSON.stringify(errorPayload(error)));
}

/** @param {string} name */
function required(name) {
  const value = env[name];
  if (value === undefined) throw new RuntimeError('Runtime.PlatformError', `${name} is not set`);
  return value;
}
