import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  type Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { pollWithin } from '../../../tooling/timing.ts';

/** How long the broker may take to enforce what its controller has acknowledged. */
const ENFORCE_MS = 10_000;

/**
 * Makes the broker's entries for one user the wanted ones, and waits until it enforces them.
 *
 * @param principal as Kafka writes it: `User:<name>`
 * @returns how many entries it took
 * @throws the library's error, or an Error when the broker does not enforce them within 10 s
 */
export async function replaceAcls(admin: Admin, principal: string, wanted: readonly Acl[]): Promise<number> {
  const present = await aclsOfUser(admin, principal);
  const added = without(wanted, present);
  const removed = without(present, wanted);
  if (added.length > 0) await admin.createAcls({ creations: added });
  if (removed.length > 0) await admin.deleteAcls({ filters: removed });
  if (added.length + removed.length > 0) {
    // The broker reads what the controller has written a moment later.
    const enforced = async () => textOf(await aclsOfUser(admin, principal)) === textOf(wanted);
    if (!(await pollWithin(ENFORCE_MS, enforced)))
      throw new Error(`the broker does not take the access list of ${principal}.`);
  }
  return added.length + removed.length;
}

/** The names of the topics and groups that exist. @throws the library's error */
export async function namesIn(admin: Admin): Promise<{ topic: string[]; group: string[] }> {
  const [topic, groups] = await Promise.all([admin.listTopics(), admin.listGroups()]);
  return { topic, group: [...groups.keys()] };
}

/** The same text for the same entries, in whatever order. */
export function textOf(acls: readonly Acl[]): string {
  return acls.map(entryText).sort().join('\n');
}

async function aclsOfUser(admin: Admin, principal: string): Promise<Acl[]> {
  const filter = {
    resourceType: ResourceTypes.ANY,
    resourceName: null,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal,
    host: null,
    operation: AclOperations.ANY,
    permissionType: AclPermissionTypes.ANY,
  };
  const resources = await admin.describeAcls({ filter });
  return resources.flatMap(({ acls, ...target }) => acls.map((permission) => ({ ...target, ...permission })));
}

function without(acls: readonly Acl[], others: readonly Acl[]): Acl[] {
  const texts = new Set(others.map(entryText));
  return acls.filter((acl) => !texts.has(entryText(acl)));
}

function entryText(acl: Acl): string {
  const { resourceType, resourcePatternType, resourceName, operation, permissionType } = acl;
  return [resourceType, resourcePatternType, operation, permissionType, resourceName].join(' ');
}
