import { delimiter, dirname, join } from 'node:path';
import { type FunctionDefinition, versionOf } from './function-definition.ts';

/** Carries the {@link LocalHttpsEndpoints} to the bootstrap, which removes it before it loads the function. */
export const HTTPS_ENDPOINTS_VARIABLE = 'LOCAL_HTTPS_ENDPOINTS';

/** Tells the bootstrap to wait for the end of its input before it loads the function, in the same way. */
export const STANDBY_VARIABLE = 'LOCAL_STANDBY';

/** Carries a NetworkView to the bootstrap, in the same way. */
export const NETWORK_VARIABLE = 'LOCAL_NETWORK';

/** Local HTTPS servers that functions reach in place of AWS's. */
export interface LocalHttpsEndpoints {
  /** PEM certificates of authorities to add to Node's default list. */
  readonly trustedCertificates: readonly string[];
  /** Where `https://127.0.0.1` without a port leads: the response URLs of custom resources. */
  readonly httpsPort: number;
}

export interface RuntimeOptions {
  readonly endpointUrl: string;
  readonly region: string;
  /** Stands for `/var/runtime`. */
  readonly runtimeDir: string;
}

/**
 * The environment variables of a function: those that AWS sets, of which the template may change some, those of the template, and `AWS_ENDPOINT_URL`.
 * Nothing is inherited from the runner. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 *
 * @param runtimeApi `host:port`
 */
export function environmentVariables(
  definition: FunctionDefinition,
  options: RuntimeOptions,
  runtimeApi: string,
): Record<string, string> {
  const { endpointUrl, region, runtimeDir } = options;
  const { accessKeyId, secretAccessKey, sessionToken } = definition.credentials;
  return {
    ...notReserved(definition, runtimeDir),
    ...templateVariables(definition, runtimeDir),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: versionOf(definition),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName(versionOf(definition), new Date()),
    ...(definition.logFormat === 'JSON'
      ? { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: definition.applicationLogLevel ?? 'INFO' }
      : {}),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: definition.codeDir,
    LAMBDA_RUNTIME_DIR: runtimeDir,
  };
}

/** What a template may set otherwise. */
function notReserved({ codeDir }: FunctionDefinition, runtimeDir: string): Record<string, string> {
  return {
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    NODE_PATH: [join(runtimeDir, 'node_modules'), runtimeDir, codeDir].join(delimiter),
    // Otherwise SDK clients would read the developer's ~/.aws.
    HOME: runtimeDir,
  };
}

function templateVariables({ environment, codeDir }: FunctionDefinition, runtimeDir: string): Record<string, string> {
  const here = (value: string) =>
    value.replaceAll(/\/var\/(runtime|task)(?![\w.-])/g, (_, folder) => (folder === 'task' ? codeDir : runtimeDir));
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]));
}

function logStreamName(version: string, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${crypto.randomUUID().replaceAll('-', '')}`;
}
