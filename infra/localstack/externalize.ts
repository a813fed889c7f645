import { type CfnResource, Stack } from 'aws-cdk-lib';

/** A resource as its template says it, references to others included. */
export interface Definition {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** How a template's metadata describes a resource that LocalStack lacks. */
export interface ExternalResource extends Definition {
  /** What is known of its stand-in. */
  readonly StandIn: Readonly<Record<string, unknown>>;
}

/**
 * Moves a resource that LocalStack lacks out of its template and into the template's metadata, under its logical id. Whoever runs
 * the stand-in reads there what it has to be like. Nothing may refer to the resource or wait for it.
 *
 * @param resource complete: properties set later are lost
 * @throws Error when a property is only known at deploy
 */
export function externalize(resource: CfnResource, standIn: ExternalResource['StandIn'] = {}): void {
  const stack = Stack.of(resource);
  const external: ExternalResource = stack.resolve({ ...definitionOf(resource), StandIn: standIn });
  const reference = /"(Ref|Fn::\w+)":/.exec(JSON.stringify(external));
  if (reference !== null) {
    throw new Error(`${resource.node.path} cannot be externalized: its ${reference[1]} is only resolved at deploy.`);
  }
  stack.addMetadata(stack.resolve(resource.logicalId), { ExternalResource: external });
  resource.node.scope?.node.tryRemoveChild(resource.node.id);
}

/** What the resource has been given so far. */
export function definitionOf(resource: CfnResource): Definition {
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation());
  const [{ Type, Properties = {} }] = Object.values<Definition>(Resources) as [Definition];
  return { Type, Properties };
}
