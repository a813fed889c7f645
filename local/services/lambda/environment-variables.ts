import { dirname, resolve } from 'node:path';
import { type FunctionDefinition, versionOf } from './function-definition.ts';

/** Stands for the node_modules folder of the managed runtime, which brings AWS SDK v3. */
const NODE_MODULES = resolve(import.meta.dirname, '../../../node_modules');

/** Carries the {@link InternetStandIn} into the runtime client, which removes it before the function's code loads. */
export const INTERNET_VARIABLE = 'LOCAL_INTERNET';

/** What a function finds here in place of the AWS endpoints that are on the internet. */
export interface InternetStandIn {
  /** PEM certificates of authorities that join Node's default list inside the environment. */
  readonly trustedCertificates: readonly string[];
  /** Where `https://localhost` without a port leads: the response addresses of custom resources. */
  readonly httpsPort: number;
}

export interface EnvironmentSurroundings {
  readonly endpointUrl: string;
  readonly region: string;
  /** Stands for `/var/runtime`. */
  readonly runtimeDir: string;
}

/**
 * The variables an execution environment starts with: the template's, those AWS sets, and `AWS_ENDPOINT_URL`.
 * Nothing comes from the runner's own environment.
 *
 * @param runtimeApi `host:port` of the environment's Runtime API
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(
  definition: FunctionDefinition,
  surroundings: EnvironmentSurroundings,
  runtimeApi: string,
): Record<string, string> {
  const { endpointUrl, region, runtimeDir } = surroundings;
  const { accessKeyId, secretAccessKey, sessionToken } = definition.credentials;
  return {
    ...templateVariables(definition.environment, runtimeDir),
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
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: definition.codeDir,
    LAMBDA_RUNTIME_DIR: runtimeDir,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    NODE_PATH: NODE_MODULES,
    // Without a home of its own, an SDK client would read the developer's ~/.aws.
    HOME: runtimeDir,
  };
}

function templateVariables(variables: Readonly<Record<string, string>>, runtimeDir: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replaceAll('/var/runtime/', `${runtimeDir}/`)]),
  );
}

function logStreamName(version: string, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${crypto.randomUUID().replaceAll('-', '')}`;
}
