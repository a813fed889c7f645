import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BUNDLE_METADATA, type BundleRecipe, bundleRecipe } from '../../../tooling/bundle.ts';
import { assetFolder, assetPath, writeFolder } from '../../assembly/asset-files.ts';
import { readableCode } from '../../assembly/bundled-folder.ts';
import type { ResourceRequest } from '../../assembly/resource-provider.ts';
import { rootSourceMap } from '../../assembly/source-map.ts';
import type { ResourceDeclaration, Stack } from '../../assembly/template.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import type { Network } from '../ec2/service.ts';
import { type Iam, principalOfRole } from '../iam/service.ts';
import { physicalName } from '../physical-names.ts';
import { created, ignored, notSupported, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import type { AsyncInvocations } from './asynchronous/async-invocations.ts';
import { eventInvokeConfig, eventInvokeConfigProperties } from './asynchronous/event-invoke-config.ts';
import { problemOfVariables } from './declared-variables.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { declaredFunctionName, functionArn } from './function-name.ts';
import type { Inspectors } from './inspectors.ts';
import { requireNetworkAccess } from './network-access.ts';
import { otherRuntime } from './other-runtime.ts';
import { lambdaPermission } from './permission.ts';

const MAX_RESOURCE_NAME = 64;
const ONLY_VERSION = '1';

const functionProperties = z.object({
  FunctionName: z.string().optional(),
  Code: z.union([z.object({ S3Key: z.string() }), z.object({ ZipFile: z.string() })]),
  Handler: z.string(),
  Runtime: z.string(),
  Role: z.string(),
  Timeout: z.coerce.number().int().min(1).max(900).default(3),
  MemorySize: z.coerce.number().int().min(128).max(10_240).default(128),
  EphemeralStorage: z.object({ Size: z.coerce.number().int().min(512).max(10_240) }).optional(),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  PackageType: z.literal('Zip', 'only zip archives are supported by the local runner').optional(),
  CapacityProviderConfig: notSupported,
  DeadLetterConfig: notSupported,
  DurableConfig: notSupported,
  FileSystemConfigs: notSupported,
  Layers: notSupported,
  TenancyConfig: notSupported,
  VpcConfig: z
    .object({ SubnetIds: z.array(z.string()).default([]), SecurityGroupIds: z.array(z.string()).default([]) })
    .optional(),
  Environment: z
    .object({
      Variables: z
        .record(z.string(), z.coerce.string())
        .default({})
        .superRefine((variables, context) => {
          const problem = problemOfVariables(variables);
          if (problem !== undefined) context.addIssue(problem);
        }),
    })
    .optional(),
  LoggingConfig: z
    .object({
      LogFormat: z.enum(['Text', 'JSON']).optional(),
      ApplicationLogLevel: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).optional(),
      SystemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).optional(),
    })
    .optional(),
});

/** Whether the function stands behind a custom resource: then it works for the deployment, and failures say why there. */
function servesCustomResource({ stack, logicalId }: ResourceRequest): boolean {
  const tokens = Object.values(stack.template.Resources).map(({ Properties }) => Properties?.ServiceToken);
  return tokens.some((token) => token !== undefined && JSON.stringify(token).includes(`"${logicalId}"`));
}

/** Where functions and their other names go. */
type Registry = {
  put(definition: FunctionDefinition, role: Principal): () => void;
  replace(definition: FunctionDefinition, role: Principal): Promise<() => void>;
  qualify(nameOrArn: string, qualifier: string, version: string): () => void;
  readonly asynchronous: Pick<AsyncInvocations, 'configure'>;
};

/**
 * Functions and their other names.
 *
 * @param run.appFolder where that is known
 */
export function functionResources(
  lambda: Registry,
  {
    iam,
    ec2,
  }: {
    readonly iam: Pick<Iam, 'principals' | 'policies' | 'evaluator'>;
    readonly ec2: { readonly network: Pick<Network, 'placeOf'> };
  },
  run: {
    readonly dataDir: string;
    readonly appFolder: string | undefined;
    readonly inspectors: Pick<Inspectors, 'portOf'>;
  },
): ResourceProviders {
  const lambdaFunction = provider(
    'a function in processes of its own',
    functionProperties,
    async (properties, request) => {
      const name = declaredFunctionName(properties.FunctionName, request);
      const role = principalOfRole(properties.Role, name);
      const { SubnetIds = [], SecurityGroupIds } = properties.VpcConfig ?? {};
      if (SubnetIds.length > 0) requireNetworkAccess(iam, role);
      const context = { 'lambda:SourceFunctionArn': functionArn(name) };
      const credentials = iam.principals.issue({ ...role, context });
      const inspectorPort = run.inspectors.portOf(name);
      const code = await codeOf(properties.Code, request, { ...run, name, isInspected: inspectorPort !== undefined });
      const definition = { ...definitionOf(name, properties, request), ...code, credentials };
      const inVpc = SubnetIds.length > 0 && { place: ec2.network.placeOf(SubnetIds, SecurityGroupIds) };
      const whole = { ...definition, ...inVpc, ...(inspectorPort !== undefined && { inspectorPort }) };
      const remove = request.former?.ref === name ? await lambda.replace(whole, role) : lambda.put(whole, role);
      return created(name, { Arn: functionArn(name) }, remove);
    },
    REPLACED,
  );

  return {
    'AWS::Lambda::Function': ({ Properties }, place) => {
      const runtime = Properties?.Runtime;
      return typeof runtime !== 'string' || runtime.startsWith('nodejs')
        ? lambdaFunction
        : otherRuntime(runtime, place);
    },

    'AWS::Lambda::Version': provider(
      'another name of its function: each run has one version of it',
      z.object({ FunctionName: z.string() }),
      ({ FunctionName }) => {
        const remove = lambda.qualify(FunctionName, ONLY_VERSION, ONLY_VERSION);
        const arn = `${functionArn(FunctionName)}:${ONLY_VERSION}`;
        return created(arn, { FunctionArn: arn, Version: ONLY_VERSION }, remove);
      },
      // The CDK declares another one with each change of the function.
      { ...REPLACED, quiet: true },
    ),

    'AWS::Lambda::Alias': provider(
      'another name for its function; traffic is not shifted gradually',
      z.object({ FunctionName: z.string(), Name: z.string(), FunctionVersion: z.string() }),
      ({ FunctionName, Name, FunctionVersion }) => {
        const remove = lambda.qualify(FunctionName, Name, FunctionVersion);
        const arn = `${functionArn(FunctionName)}:${Name}`;
        return created(arn, { AliasArn: arn }, remove);
      },
      REPLACED,
    ),

    'AWS::Lambda::EventInvokeConfig': provider(
      'the retries, the maximum age and the destinations of asynchronous invocations',
      eventInvokeConfigProperties,
      (properties, request) => {
        const remove = lambda.asynchronous.configure(...eventInvokeConfig(properties));
        return created(physicalName(request, MAX_RESOURCE_NAME), {}, remove);
      },
      REPLACED,
    ),
    'AWS::Lambda::LayerVersion': ignored('no function that runs here has layers'),
    'AWS::Lambda::Permission': lambdaPermission(iam),
  };
}

function definitionOf(
  name: string,
  properties: z.output<typeof functionProperties>,
  request: ResourceRequest,
): Omit<FunctionDefinition, keyof FunctionCode | 'credentials'> {
  const { ReservedConcurrentExecutions: reservedConcurrency, LoggingConfig: logging } = properties;
  return {
    name,
    arn: functionArn(name),
    label: constructId(request.declaration) ?? name,
    handler: properties.Handler,
    runtime: properties.Runtime,
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    ...(properties.EphemeralStorage && { temporaryMb: properties.EphemeralStorage.Size }),
    environment: properties.Environment?.Variables ?? {},
    logFormat: logging?.LogFormat ?? 'Text',
    quiet: servesCustomResource(request),
    ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
    ...(logging?.ApplicationLogLevel === undefined ? {} : { applicationLogLevel: logging.ApplicationLogLevel }),
    ...(logging?.SystemLogLevel === undefined ? {} : { systemLogLevel: logging.SystemLogLevel }),
  };
}

/** How the app bundles the function, if its construct tells. @throws Error when it tells something else */
function recipeOf({ Metadata }: ResourceDeclaration): BundleRecipe | undefined {
  const recipe = bundleRecipe.optional().safeParse(Metadata?.[BUNDLE_METADATA]);
  if (recipe.success) return recipe.data;
  throw new Error(`its metadata ${BUNDLE_METADATA} is no recipe of a bundle:\n${z.prettifyError(recipe.error)}`);
}

/** The id that the app gives the function, in the CDK's path `Stack/ListThings/Resource`, as `list-things`. */
function constructId(declaration: ResourceDeclaration): string | undefined {
  const path = declaration.Metadata?.['aws:cdk:path'];
  if (typeof path !== 'string') return undefined;
  // A construct around a function may call it just that.
  const id = path.replace(/(\/(Function|Handler|Resource))+$/, '').replace(/^.*\//, '');
  // The CDK's own providers are called `Custom::S3AutoDeleteObjectsCustomResourceProvider` and the like.
  const name = id.replace(/^(Custom::|AWSCDK\.)/, '').replace(/(CustomResourceProvider)+$/, '');
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}

type FunctionCode = Pick<FunctionDefinition, 'codeDir' | 'recipe' | 'sources'>;

/** The function's code, bundled again for a debugger where one is let in and the app tells how. */
async function codeOf(
  code: z.output<typeof functionProperties>['Code'],
  { stack, declaration }: ResourceRequest,
  o: { name: string; dataDir: string; appFolder: string | undefined; isInspected: boolean },
): Promise<FunctionCode> {
  const recipe = recipeOf(declaration);
  if (recipe && o.appFolder !== undefined && o.isInspected) {
    return readableCode(o.appFolder, recipe, join(o.dataDir, 'inspected', o.name));
  }
  const codeDir = await codeFolder(code, stack, join(o.dataDir, 'code'));
  if (!recipe) return { codeDir };
  const map = join(codeDir, `${recipe.output}.map`);
  return { codeDir, recipe, sources: o.appFolder === undefined ? [] : await rootSourceMap(map, o.appFolder) };
}

async function codeFolder(
  code: z.output<typeof functionProperties>['Code'],
  stack: Stack,
  codeDir: string,
): Promise<string> {
  if ('S3Key' in code) return assetFolder(assetPath(stack, code.S3Key), codeDir);
  const folder = join(codeDir, createHash('sha256').update(code.ZipFile).digest('hex'));
  if (!existsSync(folder)) await writeFolder(folder, new Map([['index.js', code.ZipFile]]));
  return folder;
}
