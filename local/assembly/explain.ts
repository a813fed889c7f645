import type { ProviderRegistry, ResourceProvider } from './resource-provider.ts';
import { ExportTable, StackScope } from './stack-scope.ts';
import type { Stack } from './template.ts';

/** A text that says of every resource in every template what the local runner does with it, grouped by stack. */
export function explain(stacks: readonly Stack[], registry: ProviderRegistry): string {
  const exports = new ExportTable();
  const totals: Record<string, number> = { run: 0, ignored: 0, unknown: 0 };
  const sections = stacks.map((stack) => {
    const scope = new StackScope(stack, exports);
    const lines = Object.entries(stack.template.Resources).map(([logicalId, declaration]) => {
      const { kind, why } = scope.isPresent(declaration)
        ? verdictOn(registry.providerOf(declaration))
        : { kind: 'ignored', why: `its condition ${declaration.Condition} does not hold` };
      totals[kind] = (totals[kind] ?? 0) + 1;
      return `  ${kind.padEnd(7)}  ${declaration.Type}  ${logicalId}\n           ${why}`;
    });
    return [stack.name, ...lines].join('\n');
  });
  const summary = Object.entries(totals).map(([kind, count]) => `${count} ${kind}`);
  return `${[...sections, summary.join(', ')].join('\n\n')}\n`;
}

function verdictOn(provider: ResourceProvider | undefined): { kind: string; why: string } {
  if (!provider) return { kind: 'unknown', why: 'nothing; the local runner refuses to start' };
  return { kind: provider.kind, why: provider.kind === 'run' ? provider.how : provider.reason };
}
