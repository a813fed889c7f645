import {
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  LambdaServiceException,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { FunctionFolder, Stage } from '../infra/config/stage.ts';
import { functionName, LIVE_ALIAS } from '../infra/names.ts';
import { operatorConfig } from '../local/aws-identity.ts';
import { useLocalServers } from '../tooling/environment.ts';
import { UserError } from '../tooling/errors.ts';
import { localAddresses, type Target } from './target.ts';

/** Longer than the function's own time limit. */
const INVOKE_TIMEOUT_MS = 75_000;
const LOCAL_STAGE = 'dev';

export interface OperatorFunction {
  readonly folder: FunctionFolder;
  /** Its errors whose message is for the person who gave the command. */
  readonly refusals: readonly string[];
}

/**
 * Has a function carry out an operator's command.
 *
 * @param limitMs how long it may take to respond
 * @returns its response
 * @throws UserError when it cannot be invoked or refuses the command
 */
export async function invokeForOperator(
  { folder, refusals }: OperatorFunction,
  event: object,
  target: Target,
  limitMs: number = INVOKE_TIMEOUT_MS,
): Promise<unknown> {
  const name = functionName(stageOf(target), folder);
  const client = await lambdaOf(target);
  const invocation = new InvokeCommand({
    FunctionName: name,
    Qualifier: LIVE_ALIAS,
    Payload: JSON.stringify(event),
  });
  try {
    const abortSignal = AbortSignal.timeout(limitMs);
    const { FunctionError, Payload } = await client.send(invocation, { abortSignal });
    const response = JSON.parse(Payload?.transformToString() ?? 'null');
    if (FunctionError !== undefined) throw new UserError(failureText(name, response, refusals));
    return response;
  } catch (error) {
    throw explained(error, name, target, limitMs);
  } finally {
    client.destroy();
  }
}

/** The stage whose functions a target has. */
export function stageOf(target: Target): Stage['name'] {
  return 'dataDir' in target ? LOCAL_STAGE : target.stage;
}

/** A client of Lambda without retries: nobody could tell whether the first attempt has taken effect. @throws UserError */
export async function lambdaOf(target: Target): Promise<LambdaClient> {
  const local = 'dataDir' in target;
  const client = new LambdaClient({ maxAttempts: 1, ...(local ? localRun(target.dataDir) : {}) });
  if (!local) await checkRegion(client);
  return client;
}

function localRun(dataDir: string): LambdaClientConfig {
  useLocalServers();
  return operatorConfig(localAddresses(dataDir).aws);
}

async function checkRegion(client: LambdaClient): Promise<void> {
  await client.config.region().catch((cause: unknown) => {
    throw new UserError('No AWS Region is set. Set AWS_REGION, or AWS_PROFILE to a profile that has one.', { cause });
  });
}

/** The response of a function that threw: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
function failureText(functionName: string, response: unknown, refusals: readonly string[]): string {
  const { errorType, errorMessage } = (response ?? {}) as { errorType?: string; errorMessage?: string };
  if (errorType !== undefined && refusals.includes(errorType)) return errorMessage ?? errorType;
  return `The function ${functionName} failed: ${errorType}: ${errorMessage}\nIts log has the details.`;
}

/** Failures that a person can mend, in a sentence; others as they are. */
export function explained(error: unknown, functionName: string, target: Target, limitMs: number): unknown {
  const local = 'dataDir' in target;
  if (error instanceof ResourceNotFoundException) {
    const remedy = local
      ? `The local run in ${target.dataDir} was probably started from an older version of the code. Stop it and run \`npm start\` again.`
      : `Deploy the stage ${target.stage} first, or set AWS_REGION and AWS_PROFILE to where it is.`;
    return new UserError(`There is no function ${functionName}. ${remedy}`, { cause: error });
  }
  if (error instanceof LambdaServiceException) {
    return new UserError(`Lambda refused a request about ${functionName}: ${error.name}: ${error.message}`, {
      cause: error,
    });
  }
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'CredentialsProviderError') {
    return new UserError(`There are no valid AWS credentials: ${message}`, { cause: error });
  }
  // The SDK calls this a timeout, too.
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new UserError(
      `The connection was lost before ${functionName} had responded. Whether it did what was asked is not known.`,
      { cause: error },
    );
  }
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new UserError(`${functionName} did not respond within ${limitMs / 1000} s.`, { cause: error });
  }
  if (local && code === 'ECONNREFUSED') {
    return new UserError(`The local run of ${target.dataDir} does not respond. Start it with \`npm start\`.`, {
      cause: error,
    });
  }
  return error;
}
