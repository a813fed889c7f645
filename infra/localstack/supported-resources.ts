import { Annotations, CfnResource, type IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { definitionOf } from './externalize.ts';
import { SUPPORTED_TYPES, USELESS_TYPES } from './supported-types.ts';

/**
 * Makes each resource on which LocalStack would fail, or which it would only pretend to create, an error at synthesis. Of the
 * latter, a deployment would say nothing.
 */
export class SupportedResources implements IAspect {
  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    const fate = fateOf(node);
    if (fate === undefined) return;
    Annotations.of(node).addError(
      `${node.cfnResourceType} ${node.node.path}: LocalStack ${fate}; replace it where stage.localstack is set, ` +
        'or externalize it with externalize() of infra/localstack/externalize.ts.',
    );
  }
}

/** What LocalStack would do with the resource; undefined when that is what the resource is for. */
function fateOf(resource: CfnResource): string | undefined {
  const type = resource.cfnResourceType;
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource') {
    return 'never calls the function behind a custom resource';
  }
  if (isKafkaMapping(resource)) return 'has no pollers for Kafka and fails to create the mapping';
  if (SUPPORTED_TYPES.has(type)) return undefined;
  return USELESS_TYPES.get(type) ?? 'only pretends to create a resource of this type';
}

// Of all event sources, Kafka alone has topics.
function isKafkaMapping(resource: CfnResource): boolean {
  if (resource.cfnResourceType !== 'AWS::Lambda::EventSourceMapping') return false;
  return definitionOf(resource).Properties.Topics !== undefined;
}
