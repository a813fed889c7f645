import { tableLines } from '../../tooling/table.ts';
import type { ProviderRegistry, ResourceProvider } from './resource-provider.ts';
import { ExportTable, StackScope } from './stack-scope.ts';
import type { Stack } from './template.ts';

type Kind = 'run' | 'ignored' | 'unknown';

interface Verdict {
  readonly kind: Kind;
  readonly why: string;
  /** Whether people need to know which resources these are. */
  readonly named?: boolean;
}

/**
 * A text that says what the local runner does with the resources in the templates: a line for each type, with their number. Resources
 * that are an exception of their type are named.
 */
export function explain(stacks: readonly Stack[], registry: ProviderRegistry): string {
  const exports = new ExportTable();
  const resources = stacks.flatMap((stack) => {
    const scope = new StackScope(stack, exports);
    return Object.entries(stack.template.Resources).map(([logicalId, declaration]) => ({
      name: `${stack.name}/${logicalId}`,
      type: declaration.Type,
      ...(scope.isPresent(declaration) ? verdictOn(registry.providerOf(declaration)) : absent(declaration.Condition)),
    }));
  });
  const of = (kind: Kind) => resources.filter((resource) => resource.kind === kind);
  const sections = (['run', 'ignored', 'unknown'] as const).flatMap((kind) => {
    const rows = rowsOf(of(kind));
    return rows.length === 0 ? [] : [`${[kind, ...tableLines(rows, '  ')].join('\n')}\n\n`];
  });
  return `${sections.join('')}${of('run').length} run, ${of('ignored').length} ignored, ${of('unknown').length} unknown\n`;
}

function rowsOf(resources: readonly (Verdict & { readonly name: string; readonly type: string })[]): string[][] {
  const groups = Map.groupBy(resources, ({ type, why }) => `${type}\n${why}`);
  return [...groups.values()]
    .map((group) => {
      const [{ type, why, named } = { type: '', why: '' }] = group;
      const names = named ? `: ${group.map(({ name }) => name).join(', ')}` : '';
      return [type, String(group.length).padStart(3), `${why}${names}`];
    })
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function absent(condition: string | undefined): Verdict {
  return { kind: 'ignored', why: `the condition ${condition} does not hold`, named: true };
}

function verdictOn(provider: ResourceProvider | undefined): Verdict {
  if (!provider) return { kind: 'unknown', why: 'the local runner refuses to start', named: true };
  return { kind: provider.kind, why: provider.kind === 'run' ? provider.how : provider.reason };
}
