import type { Change } from '../assembly/resource-change.ts';
import { constructPath } from '../services/physical-names.ts';

/** More than these would not be read: groups of resources, and names or properties of each. */
const MAX_GROUPS = 6;
const MAX_OF_GROUP = 3;

/**
 * What was done about other templates, as a person reads it: `changed function Shop/List (Timeout), added method Shop/Api/GET`. Empty when
 * nothing was.
 */
export function doneText(changes: readonly Change[]): string {
  const done = (['changed', 'added', 'removed'] as const).flatMap((kind) => {
    const those = changes.filter((change) => change.kind === kind);
    if (those.length === 0) return [];
    // What changed in the same way stands together.
    const groups = Map.groupBy(those, ({ node, paths }) => [node.declaration.Type, ...paths].join());
    return [`${kind} ${firstOf([...groups.values()].map(groupName))}`];
  });
  return done.join('; ');
}

/** What stays as it is, and what to do about it: a line for each resource. @param remedy of what waits until a person asks for it */
export function notDoneLines(changes: readonly Change[], remedy: string): string[] {
  const lines = changes.flatMap((change) => {
    if (change.kind === 'start') return [`${nameOf(change)} cannot be changed in place: Ctrl-C, then npm start.`];
    return change.kind === 'later'
      ? [`${nameOf(change)} waits: it may be a migration, which does not run when a file is saved; ${remedy}.`]
      : [];
  });
  return lines.sort();
}

function nameOf(change: Change): string {
  return groupName([change]);
}

/** Resources of one type that differ in the same way. */
function groupName(changes: readonly Change[]): string {
  const [{ node, paths } = { node: undefined, paths: [] }] = changes;
  const which = paths.length === 0 ? '' : ` (${firstOf(paths, MAX_OF_GROUP)})`;
  const names = changes.map((change) => constructPath(change.node)).sort();
  return `${noun(node?.declaration.Type ?? '')} ${firstOf(names, MAX_OF_GROUP)}${which}`;
}

function firstOf(texts: readonly string[], count = MAX_GROUPS): string {
  const more = texts.length > count ? ` and ${texts.length - count} more` : '';
  return `${texts.slice(0, count).join(', ')}${more}`;
}

/** `AWS::EC2::SecurityGroupIngress` is a security group ingress, and `AWS::EC2::VPCEndpoint` a vpc endpoint. */
function noun(type: string): string {
  const name = type.split('::').at(-1) ?? type;
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').toLowerCase();
}
