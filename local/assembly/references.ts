import {
  attributeReference,
  chosenBranch,
  intrinsicCall,
  resolve,
  type Scope,
  SUB_PLACEHOLDER,
  subArguments,
} from './intrinsics.ts';
import type { TemplateValue } from './template.ts';

export interface References {
  /** Of Ref, Fn::GetAtt and Fn::Sub, including parameters and pseudo parameters. */
  readonly names: Set<string>;
  /** Of Fn::ImportValue. */
  readonly imports: Set<string>;
}

/**
 * Collects the names that a value refers to. Of an `Fn::If`, only the chosen branch counts.
 *
 * @param scope needed for conditions and for the names of exports, neither of which depends on a resource
 */
export function referencesOf(value: TemplateValue | undefined, scope: Scope): References {
  const references: References = { names: new Set(), imports: new Set() };
  collect(value, scope, references);
  return references;
}

function collect(value: TemplateValue | undefined, scope: Scope, found: References): void {
  if (value === null || typeof value !== 'object') return;
  const call = Array.isArray(value) ? undefined : intrinsicCall(value);
  if (!call) {
    for (const item of Object.values(value)) collect(item, scope, found);
    return;
  }
  switch (call.name) {
    case 'Ref':
      found.names.add(String(call.argument));
      return;
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = attributeReference(call.argument);
      found.names.add(logicalId);
      collect(attribute, scope, found);
      return;
    }
    case 'Fn::Sub': {
      const [template, variables] = subArguments(call.argument);
      collect(variables, scope, found);
      for (const [, meantAsIs, placeholder = ''] of template.matchAll(SUB_PLACEHOLDER)) {
        const name = placeholder.trim();
        if (!meantAsIs && variables[name] === undefined) found.names.add(name.split('.')[0] ?? name);
      }
      return;
    }
    case 'Fn::If':
      collect(chosenBranch(call.argument, scope), scope, found);
      return;
    case 'Fn::ImportValue':
      found.imports.add(String(resolve(call.argument, scope)));
      return;
    default:
      collect(call.argument, scope, found);
  }
}
