import type { EventSourceMappingDefinition } from './mapping-definition.ts';

/** Of all mappings of a poller group: https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html */
const GROUP_LIMITS = { mappings: 100, pollers: 2000 };

/** @throws Error when a mapping cannot exist beside the others */
export function refuseConflicts(
  mapping: EventSourceMappingDefinition,
  others: readonly EventSourceMappingDefinition[],
): void {
  const { eventSourceArn, functionArn, topic, consumerGroupId, pollers } = mapping;
  const same = others.find(
    (other) => other.eventSourceArn === eventSourceArn && other.functionArn === functionArn && other.topic === topic,
  );
  if (same) {
    // As recorded of self-managed Kafka: test_create_event_source_self_managed in LocalStack's snapshots.
    throw new Error(
      `An event source mapping with event source ("${eventSourceArn}"), function ("${functionArn}"), topics ("${topic}") ` +
        `already exists. Please update or delete the existing mapping with UUID ${same.uuid}`,
    );
  }
  // https://docs.aws.amazon.com/lambda/latest/dg/kafka-consumer-group-id.html
  if (others.some((other) => other.consumerGroupId === consumerGroupId)) {
    throw new Error(
      `The consumer group ${consumerGroupId} belongs to another event source mapping. Give each its own.`,
    );
  }
  if (pollers?.group === undefined) return;
  const group = [mapping, ...others].filter((each) => each.pollers?.group === pollers.group);
  const maximum = group.reduce((total, each) => total + (each.pollers?.maximum ?? 0), 0);
  if (group.length > GROUP_LIMITS.mappings || maximum > GROUP_LIMITS.pollers) {
    throw new Error(
      `The poller group ${pollers.group} has ${group.length} mappings with ${maximum} pollers at most. ` +
        `A group has no more than ${GROUP_LIMITS.mappings} mappings and ${GROUP_LIMITS.pollers} pollers.`,
    );
  }
}
