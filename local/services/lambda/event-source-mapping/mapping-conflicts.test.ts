import { describe, expect, it } from 'vitest';
import { refuseConflicts } from './mapping-conflicts.ts';
import { CLUSTER_ARN, mapping } from './poller-fixture.ts';

const first = mapping({ uuid: 'first', pollers: { minimum: 1, maximum: 1500, group: 'app' } });
const second = mapping({ uuid: 'second', topic: 'others', consumerGroupId: 'other-group' });

describe('beside another mapping', () => {
  it('one of another topic and group is fine', () => {
    expect(() => refuseConflicts(second, [first])).not.toThrow();
  });

  it('one of the same topic and function is refused with the message of AWS', () => {
    expect(() => refuseConflicts({ ...first, consumerGroupId: 'other-group' }, [first])).toThrow(
      `An event source mapping with event source ("${CLUSTER_ARN}"), function ("${first.functionArn}"), topics ("orders") already exists. Please update or delete the existing mapping with UUID first`,
    );
  });

  it('one of the same consumer group is refused', () => {
    expect(() => refuseConflicts({ ...second, consumerGroupId: first.consumerGroupId }, [first])).toThrow(
      'The consumer group order-consumer-group belongs to another event source mapping.',
    );
  });

  it('one that would raise a poller group above 2000 pollers is refused', () => {
    const pollers = { minimum: 1, maximum: 501, group: 'app' };
    expect(() => refuseConflicts({ ...second, pollers }, [first])).toThrow(
      'The poller group app has 2 mappings with 2001 pollers at most.',
    );
    expect(() => refuseConflicts({ ...second, pollers: { ...pollers, group: 'apart' } }, [first])).not.toThrow();
  });
});
