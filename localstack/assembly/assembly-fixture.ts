import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAssemblyBuilder } from '@aws-cdk/cloud-assembly-api';

type Artifact = Parameters<CloudAssemblyBuilder['addArtifact']>[1];

export const CLUSTER_ARN =
  'arn:aws:kafka:us-east-1:000000000000:cluster/orderflow/11111111-2222-3333-4444-555555555555-1';

/** What a template's metadata tell of a resource that is left out. */
export function declared(Type: string, Properties: object, StandIn: object = {}) {
  return { ExternalResource: { Type, Properties, StandIn } };
}

/** A cluster that stands in, at the given brokers. */
export const declaredCluster = (BootstrapBrokers: string) =>
  declared('AWS::MSK::Cluster', { ClusterName: 'orderflow' }, { BootstrapBrokers });

/** A mapping from a topic to a function of the same name. */
export function declaredMapping(topic: string, properties: object = {}) {
  return declared('AWS::Lambda::EventSourceMapping', {
    FunctionName: `${topic}:live`,
    EventSourceArn: CLUSTER_ARN,
    Topics: [topic],
    StartingPosition: 'TRIM_HORIZON',
    MaximumBatchingWindowInSeconds: 0,
    AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
    ProvisionedPollerConfig: { MinimumPollers: 1 },
    ...properties,
  });
}

/**
 * Writes a cloud assembly of the given stacks: by their names, their templates' metadata.
 *
 * @param Resources those of each of the stacks
 */
export function writeAssembly(dir: string, stacks: Readonly<Record<string, object>>, Resources: object = {}): void {
  mkdirSync(dir, { recursive: true });
  const assembly = new CloudAssemblyBuilder(dir);
  for (const [name, Metadata] of Object.entries(stacks)) {
    const templateFile = `${name}.template.json`;
    writeFileSync(join(dir, templateFile), JSON.stringify({ Resources, Metadata }));
    assembly.addArtifact(name, {
      type: 'aws:cloudformation:stack' as Artifact['type'],
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile },
    });
  }
  assembly.buildAssembly();
}
