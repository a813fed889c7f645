import { devNull } from 'node:os';
import { delimiter, dirname } from 'node:path';

/**
 * The whole environment of a program that the project starts: where programs are, with the project's own Node first, a fixed
 * locale and time zone, and what the program needs. Nothing else of the person's reaches it, such as `PGHOST`,
 * `JAVA_TOOL_OPTIONS`, `NODE_OPTIONS`, proxies or AWS settings.
 *
 * @param from has the PATH
 */
export function programEnvironment(
  variables: Readonly<Record<string, string>> = {},
  { PATH = '' }: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { PATH: [dirname(process.execPath), PATH].join(delimiter), LC_ALL: 'C.UTF-8', TZ: 'UTC', ...variables };
}

/** Keeps AWS clients away from a person's files and from the role of a machine in the cloud. */
const NO_AWS_FILES: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/**
 * The whole environment of a CDK command line that reaches no account and has nobody's settings.
 *
 * @param home a folder for its caches, in place of the person's own with `.cdk.json`, `.npmrc` and `.aws`
 */
export function cdkEnvironment(home: string, variables: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return programEnvironment({
    HOME: home,
    TMPDIR: home,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
    ...NO_AWS_FILES,
    ...variables,
  });
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * For a command that talks to servers on this machine alone. Its AWS clients then take nothing from the person's variables and
 * files, such as a profile or FIPS endpoints, and its requests go through no proxy.
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 *
 * @param env the process's own, which clients read
 */
export function useLocalServers(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(env)) if (name.startsWith('AWS_')) delete env[name];
  Object.assign(env, NO_AWS_FILES);
  // AWS clients ask for a home folder even so, and fail where a user id has none.
  env.HOME ||= devNull;
  const direct = [env.no_proxy ?? env.NO_PROXY, ...LOOPBACK].filter(Boolean).join(',');
  env.NO_PROXY = direct;
  env.no_proxy = direct;
}
