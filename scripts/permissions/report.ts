import type { Access } from './access.ts';
import type { Peer } from './network.ts';
import type { Right } from './statements.ts';

const TITLES: Readonly<Record<Access['kind'], string>> = {
  function: 'function',
  application: 'application of the serverless repository',
  role: 'role of a service',
  principal: 'by the policies of resources',
  endpoint: 'VPC endpoint',
};

/** The tables as text: for each, what it may do by resource, what is denied to it, and where it may go. */
export function reportText(accesses: readonly Access[]): string {
  return accesses.map(tableText).join('\n');
}

/** The table of one function, role or other principal; it ends with a line break. */
export function tableText(access: Access): string {
  const { kind, name, assumedBy, rights, unknown, reach } = access;
  const title = [TITLES[kind], ...(assumedBy.length > 0 ? [`its role is assumed by ${assumedBy.join(', ')}`] : [])];
  const rows = [
    ...rightRows(
      'may',
      rights.filter(({ effect }) => effect === 'allow'),
    ),
    ...unknown.map((what): Row => ['may also', what, '']),
    ...rightRows(
      'may not',
      rights.filter(({ effect }) => effect === 'deny'),
    ),
    ...(reach === 'internet' ? [['reaches', 'internet (outside the VPC)', ''] as Row] : (reach ?? []).map(peerRow)),
  ];
  const shown = rows.length > 0 ? rows : [['may', 'nothing', ''] as Row];
  return `${name}: ${title.join(', ')}\n${aligned(shown)}`;
}

type Row = readonly [verb: string, object: string, detail: string];

function rightRows(verb: string, rights: readonly Right[]): Row[] {
  const byObject = Map.groupBy(rights, ({ resource, condition, source }) =>
    [resource, ...(source ? [`by ${source}`] : []), ...(condition ? [`when ${condition}`] : [])].join('\n'),
  );
  return [...byObject]
    .map(([object, group]): Row => {
      const [resource = '', ...limits] = object.split('\n');
      const actions = [...new Set(group.map(({ action }) => action))].sort().join(' ');
      return [verb, resource, [actions, ...limits].join('\n')];
    })
    .sort((a, b) => (a.slice(1).join(' ') < b.slice(1).join(' ') ? -1 : 1));
}

function peerRow(peer: Peer): Row {
  const { name, ports, types, allowedBy, routes } = peer;
  const kinds = types.map((type) => type.replace('AWS::', '')).join(', ');
  const notes = [
    ...(kinds ? [kinds] : []),
    ...(routes === undefined ? [] : [`routes lead to the VPC${routes.map((route) => `, ${route}`).join('')}`]),
    ...(routes === undefined && allowedBy === 'function' ? ['but is not let in there'] : []),
    ...(allowedBy === 'peer' ? ['would be let in, but not out'] : []),
  ];
  return ['reaches', `${name} ${ports}`, notes.join('\n')];
}

/** Columns; the verb stands once, further lines of a detail beneath its first. */
function aligned(rows: readonly Row[]): string {
  // What has no detail may be as long as it is.
  const width = Math.max(0, ...rows.filter(([, , detail]) => detail !== '').map(([, object]) => object.length));
  let before = '';
  return rows
    .flatMap(([verb, object, detail]) => {
      const label = verb === before ? '' : verb;
      before = verb;
      const [first = '', ...more] = detail.split('\n').flatMap((line) => wrapped(line));
      const indent = ' '.repeat(2 + 9 + width + 2);
      return [
        `  ${label.padEnd(9)}${object.padEnd(width)}  ${first}`.trimEnd(),
        ...more.map((line) => `${indent}${line}`),
      ].map((line) => `${line}\n`);
    })
    .join('');
}

const DETAIL_WIDTH = 90;

function wrapped(line: string): string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= DETAIL_WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
