/**
 * The program of an execution environment: loads the handler, then takes events from the Runtime API one at a time.
 * Plain JavaScript, since stripping types would add to every cold start.
 */
import { globalAgent } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { invocationContext } from './invocation-context.mjs';
import { loadHandler } from './load-handler.mjs';
import { patchConsole } from './patch-console.mjs';
import { RuntimeClient } from './runtime-client.mjs';
import { errorPayload, RuntimeError } from './runtime-errors.mjs';

const env = process.env;
const client = new RuntimeClient(required('AWS_LAMBDA_RUNTIME_API'));
let currentRequestId = '-';

patchConsole({
  json: env.AWS_LAMBDA_LOG_FORMAT === 'JSON',
  minimumLevel: env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE',
  requestId: () => currentRequestId,
});
standInForTheInternet(takeVariable('LOCAL_INTERNET'));

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
  const context = invocationContext(headers, env);
  currentRequestId = context.awsRequestId;
  setTraceId(headers['lambda-runtime-trace-id']);
  try {
    const payload = toJson(await handler(JSON.parse(body), context));
    // One turn of the event loop, as the managed runtime leaves to whatever the handler has just started.
    await new Promise((resolve) => setImmediate(resolve));
    await client.succeed(currentRequestId, payload);
  } catch (error) {
    await new Promise((resolve) => setImmediate(resolve));
    logError('Invoke Error', error);
    await client.fail(currentRequestId, errorPayload(error));
  }
}

/**
 * AWS endpoints have certificates that Node trusts by default; the local ones join that list. And they listen on port
 * 443, which the CDK's handlers take for granted: they drop the port of a response URL.
 *
 * @param {string} internet an `InternetStandIn` as JSON
 */
function standInForTheInternet(internet) {
  const { trustedCertificates, httpsPort } = JSON.parse(internet);
  if (trustedCertificates.length > 0) {
    setDefaultCACertificates([...getCACertificates('default'), ...trustedCertificates]);
  }
  const connect = globalAgent.createConnection.bind(globalAgent);
  globalAgent.createConnection = (options, connected) => {
    const local = options.host === 'localhost' && Number(options.port) === 443;
    return connect(local ? { ...options, port: httpsPort } : options, connected);
  };
}

/**
 * Reads a variable that is no affair of the function and removes it.
 *
 * @param {string} name
 */
function takeVariable(name) {
  const value = required(name);
  delete env[name];
  return value;
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

/**
 * @param {string} what
 * @param {unknown} error
 */
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
