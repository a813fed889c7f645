import type { FunctionFolder, Stage } from './config/stage.ts';

// Physical names, both for what bears them and for what refers to it without importing it. Without any import of the CDK, so
// that commands for operators can use them too.

type StageName = Stage['name'];

/** The version of a function that serves, by its alias. */
export const LIVE_ALIAS = 'live';

/** What the names of a stage begin with; the whole name of what there is one of. */
export function prefixOf(stage: StageName): string {
  return `orderflow-${stage}`;
}

/** The name of a stage's stack, such as `orderflow-dev-network`. */
export function stackName(stage: StageName, part: string): string {
  return `${prefixOf(stage)}-${part}`;
}

/** The physical name of a stage's function. */
export function functionName(stage: StageName, name: FunctionFolder | 'rotate-credentials'): string {
  return `${prefixOf(stage)}-${name}`;
}

/** The log group in which Lambda looks for a function's log. */
export function functionLogGroupName(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** The name of the stage's REST API. */
export function apiName(stage: StageName): string {
  return prefixOf(stage);
}

/** The API's id on LocalStack, which its address there is made of: `/_aws/execute-api/<id>/<stage>`. */
export const LOCALSTACK_API_ID = 'orderflow';

/** The name of the stage's MSK cluster. */
export function clusterName(stage: StageName): string {
  return prefixOf(stage);
}

/** @param shard e.g. `shard1` */
export function instanceIdentifier(stage: StageName, shard: string): string {
  return `${prefixOf(stage)}-${shard}`;
}

/** Who signs in to a shard: its master, the functions, and the function that moves users. */
export type DatabaseUser = 'master' | 'orderuser' | 'ordermover';

/** @param shard e.g. `shard1` */
export function secretName(stage: StageName, shard: string, user: DatabaseUser): string {
  return `orderflow/${stage}/${shard}/${user}`;
}

/** The bucket of the site on LocalStack; on AWS CloudFormation names it. */
export function siteBucketName(stage: StageName): string {
  return `${prefixOf(stage)}-site`;
}

/** @param id unique in the stage; `*` for all of its alarms */
export function alarmName(stage: StageName, id: string): string {
  return `${prefixOf(stage)}-${id}`;
}
