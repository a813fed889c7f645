import { type CfnResource, Stack } from 'aws-cdk-lib';
import { type Definition, definitionOf } from './definition.ts';

/** What the metadata of a template says of a resource that is not in it. */
export interface LeftOut extends Definition {
  /** What readers have to know of its stand-in. */
  readonly Instead: Readonly<Record<string, unknown>>;
}

/**
 * Takes a resource that LocalStack lacks out of its template, and writes it into the template's metadata under its logical id:
 * whoever brings a stand-in finds there what it has to be like. Nothing may refer to the resource or wait for it.
 *
 * @param resource complete: what is set later is not written
 * @throws Error when a property is known at deploy alone
 */
export function leaveOut(resource: CfnResource, instead: LeftOut['Instead'] = {}): void {
  const stack = Stack.of(resource);
  const leftOut: LeftOut = stack.resolve({ ...definitionOf(resource), Instead: instead });
  const reference = /"(Ref|Fn::\w+)":/.exec(JSON.stringify(leftOut));
  if (reference !== null) {
    throw new Error(
      `${resource.node.path} cannot be left out: it has a ${reference[1]} that is resolved at deploy alone.`,
    );
  }
  stack.addMetadata(stack.resolve(resource.logicalId), { LeftOut: leftOut });
  resource.node.scope?.node.tryRemoveChild(resource.node.id);
}
