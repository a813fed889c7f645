import { GetAliasCommand, GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { FUNCTION_FOLDERS, WITHOUT_SHARDS } from '../../infra/config/concurrency.ts';
import type { FunctionFolder } from '../../infra/config/stage.ts';
import { functionName, LIVE_ALIAS } from '../../infra/names.ts';
import { UserError } from '../../tooling/errors.ts';
import { explained, lambdaOf, stageOf } from '../operator-function.ts';
import type { Target } from '../target.ts';

const LIMIT_MS = 30_000;
/** Has no map, but has to find the partitions that the next one brings. */
const CONSUMER: FunctionFolder = 'consume-orders';

interface Entry {
  readonly id: number;
  readonly next?: readonly string[];
  readonly [key: string]: unknown;
}

/**
 * Makes sure that every function that knows the shards or their partitions serves one version, and that all maps are the same, with a next
 * one: a function without it, such as one of a release that moves nobody, would look for a user at the wrong place.
 *
 * @throws UserError that names the functions that do not
 */
export async function demandOneRelease(target: Target): Promise<void> {
  const client = await lambdaOf(target);
  const nameOf = (folder: FunctionFolder) => functionName(stageOf(target), folder);
  const names = FUNCTION_FOLDERS.filter((folder) => !WITHOUT_SHARDS.includes(folder)).map(nameOf);
  try {
    await demandOneVersion(client, nameOf(CONSUMER), target);
    const served: { readonly name: string; readonly map: string }[] = [];
    // One after the other: Lambda allows 15 of these requests a second (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
    for (const name of names) served.push({ name, map: await servedMap(client, name, target) });
    const [first] = served;
    const others = served.filter(({ map }) => map !== first?.map).map(({ name }) => name);
    if (first === undefined || others.length === 0) return;
    throw new UserError(
      `${others.join(', ')} ${others.length === 1 ? 'knows' : 'know'} another shard map than ${first.name}. ` +
        'Deploy all stacks with the same context, then start again.',
    );
  } finally {
    client.destroy();
  }
}

async function demandOneVersion(client: LambdaClient, FunctionName: string, target: Target): Promise<void> {
  const asked = new GetAliasCommand({ FunctionName, Name: LIVE_ALIAS });
  const { RoutingConfig } = await client.send(asked, inTime()).catch(explain(FunctionName, target));
  // https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
  if (Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length === 0) return;
  throw new UserError(
    `${FunctionName} serves two versions, since its deployment shifts traffic. Wait until that has ended, then start again.`,
  );
}

/** The shard map of a function that serves one version, without the names of secrets. */
async function servedMap(client: LambdaClient, FunctionName: string, target: Target): Promise<string> {
  await demandOneVersion(client, FunctionName, target);
  const asked = new GetFunctionConfigurationCommand({ FunctionName, Qualifier: LIVE_ALIAS });
  const configuration = await client.send(asked, inTime()).catch(explain(FunctionName, target));
  const entries = JSON.parse(configuration.Environment?.Variables?.SHARD_MAP ?? '[]') as Entry[];
  if (!entries.some(({ next }) => next !== undefined)) {
    throw new UserError(
      `${FunctionName} knows no next map. Deploy one with the context nextShards (docs/operations.md, "Split a shard"), then start again.`,
    );
  }
  const ranges = entries.map(({ id, from, to, next }) => ({ id, from, to, next }));
  return JSON.stringify(ranges.sort((one, other) => one.id - other.id));
}

function inTime() {
  return { abortSignal: AbortSignal.timeout(LIMIT_MS) };
}

function explain(name: string, target: Target): (error: unknown) => never {
  return (error) => {
    throw explained(error, name, target, LIMIT_MS);
  };
}
