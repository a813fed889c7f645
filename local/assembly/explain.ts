import { tableLines } from '../../tooling/table.ts';
import { knownValues } from './known-values.ts';
import type { ProviderRegistry, ResourceProvider } from './resource-provider.ts';
import { ExportTable, StackScope } from './stack-scope.ts';
import type { Stack } from './template.ts';

type Kind = 'run' | 'ignored' | 'unknown';

interface Verdict {
  readonly kind: Kind;
  readonly why: string;
  /** Whether people need to know which resources these are. */
  readonly named?: boolean;
  /** Its properties that have no effect. */
  readonly passedOver?: readonly string[];
}

/**
 * A text that says what the local runner does with the resources in the templates: a line for each type, with their number. Resources
 * that are an exception of their type are named. Below that, the declared properties without effect here.
 */
export function explain(stacks: readonly Stack[], registry: ProviderRegistry): string {
  const exports = new ExportTable();
  const resources = stacks.flatMap((stack) => {
    const scope = new StackScope(stack, exports);
    return Object.entries(stack.template.Resources).map(([logicalId, declaration]) => ({
      name: `${stack.name}/${logicalId}`,
      type: declaration.Type,
      ...(scope.isPresent(declaration)
        ? verdictOn(
            registry.providerOf(declaration, { stack, logicalId }),
            knownValues(declaration.Properties ?? {}, scope),
          )
        : absent(declaration.Condition)),
    }));
  });
  const of = (kind: Kind) => resources.filter((resource) => resource.kind === kind);
  const sections = (['run', 'ignored', 'unknown'] as const).flatMap((kind) => {
    const rows = rowsOf(of(kind));
    return rows.length === 0 ? [] : [`${[kind, ...tableLines(rows, '  ')].join('\n')}\n\n`];
  });
  const withoutEffect = Map.groupBy(
    resources.filter(({ passedOver = [] }) => passedOver.length > 0),
    ({ type }) => type,
  );
  const rows = [...withoutEffect].map(([type, group]) => [type, pathsOf(group)]).sort(byFirst);
  if (rows.length > 0)
    sections.push(`run, but these of their properties have no effect\n${tableLines(rows, '  ').join('\n')}\n\n`);
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
    .sort(byFirst);
}

function byFirst([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a < b ? -1 : 1;
}

function pathsOf(resources: readonly Verdict[]): string {
  return [...new Set(resources.flatMap(({ passedOver = [] }) => passedOver))].sort().join(', ');
}

function absent(condition: string | undefined): Verdict {
  return { kind: 'ignored', why: `the condition ${condition} does not hold`, named: true };
}

function verdictOn(provider: ResourceProvider | undefined, known: unknown): Verdict {
  const refused = { kind: 'unknown', named: true } as const;
  if (!provider) return { ...refused, why: 'the local runner refuses to start' };
  const problems = provider.problems?.(known) ?? [];
  if (problems.length > 0) return { ...refused, why: `the local runner refuses to start: ${problems.join('; ')}` };
  if (provider.kind === 'ignored') return { kind: 'ignored', why: provider.reason };
  return { kind: 'run', why: provider.how, passedOver: provider.passedOver?.(known) ?? [] };
}
