import { pathToFileURL } from 'node:url';
import {
  DEFAULT_TEMPORARY_MB,
  type FunctionDefinition,
  type Invoke,
  type InvokeAsync,
  LATEST,
} from './function-definition.ts';

/** The functions that the Lambda API offers. */
export interface FunctionDirectory {
  readonly invoke: Invoke;
  readonly invokeAsync: InvokeAsync;
  list(): readonly KnownFunction[];
  /** A function by one of its names, and the version that it stands for. @throws LambdaError when there is none */
  find(nameOrArn: string): KnownFunction & { readonly executedVersion: string };
}

/** A function as the Lambda API knows it. */
export interface KnownFunction {
  readonly definition: FunctionDefinition;
  readonly roleArn: string;
  /** Its published versions, without `$LATEST`. */
  readonly versions: readonly string[];
}

/**
 * What Lambda tells of a function's configuration, as far as there is such a thing here.
 * https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
 *
 * @param arn the name that it was asked by, with its version or alias if it has one
 */
export function functionConfiguration({ definition, roleArn }: KnownFunction, arn: string, version: string) {
  const { name, environment, logFormat, applicationLogLevel } = definition;
  return {
    FunctionName: name,
    FunctionArn: arn,
    Version: version,
    Role: roleArn,
    Runtime: definition.runtime,
    Handler: definition.handler,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    EphemeralStorage: { Size: definition.temporaryMb ?? DEFAULT_TEMPORARY_MB },
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    ...(Object.keys(environment).length > 0 && { Environment: { Variables: environment } }),
    LoggingConfig: {
      LogFormat: logFormat,
      LogGroup: `/aws/lambda/${name}`,
      ...(applicationLogLevel !== undefined && { ApplicationLogLevel: applicationLogLevel }),
    },
  };
}

/**
 * What Lambda tells of an alias. Here it always leads to one version.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html
 */
export function aliasDescription(version: string, arn: string, name: string) {
  return { AliasArn: arn, Name: name, FunctionVersion: version, Description: '' };
}

/** A function's configuration, where its code is, and its reserved concurrency. */
export function functionDescription(known: KnownFunction, arn: string, version: string) {
  const { codeDir, reservedConcurrency } = known.definition;
  return {
    Configuration: functionConfiguration(known, arn, version),
    Code: { RepositoryType: 'S3', Location: pathToFileURL(codeDir).href },
    ...(reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
    }),
  };
}

/** The configuration of each function, by name; with `allVersions` also one for each of its published versions. */
export function functionConfigurations(functions: readonly KnownFunction[], allVersions: boolean) {
  const sorted = functions.toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  return sorted.flatMap((known) => {
    const { arn } = known.definition;
    if (!allVersions) return [functionConfiguration(known, arn, LATEST)];
    return [LATEST, ...known.versions].map((version) => functionConfiguration(known, `${arn}:${version}`, version));
  });
}
