import { type CfnResource, Stack } from 'aws-cdk-lib';

/** A resource as its template says it, references to others included. */
export interface Definition {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** What the resource has been given so far. */
export function definitionOf(resource: CfnResource): Definition {
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation());
  const [{ Type, Properties = {} }] = Object.values<Definition>(Resources) as [Definition];
  return { Type, Properties };
}
