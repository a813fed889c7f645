import type { Principal } from '../../../aws-api/api-call.ts';
import { type Condition, compileConditions } from './conditions.ts';
import { type Matcher, patternMatcher } from './patterns.ts';
import { policyDocument, type Statement } from './policy-document.ts';
import { type PrincipalMatch, principalMatcher } from './principal-match.ts';
import type { RequestContext } from './request-context.ts';

/** A statement, ready to be asked about requests. */
export interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly source: Statement;
  /** As a person finds it: its `Sid` or its number, and its policy. */
  readonly name: string;
  coversAction(action: string): boolean;
  /** Whether it covers the resource, and its conditions hold. */
  applies(resource: string, context: RequestContext): boolean;
  /** How it names a principal; undefined when it does not. In identity-based policies each is named. */
  names(principal: Principal): PrincipalMatch | undefined;
}

/** Whom a policy is about: a resource's names principals, an identity's has one by being attached to it. */
export type PolicyKind = 'identity' | 'resource';

/**
 * @param policyName as a person finds it, such as `the policy Writing`
 * @throws Error when the document is none, or uses what the local runner does not know
 */
export function compilePolicy(document: unknown, kind: PolicyKind, policyName: string): CompiledStatement[] {
  const { Version, Statement } = policyDocument.parse(document);
  return Statement.map((statement, index) => {
    const hasPrincipal = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
    const name = statement.Sid ?? `statement ${index + 1}`;
    if (hasPrincipal !== (kind === 'resource')) {
      throw new Error(`${name} ${hasPrincipal ? 'must not have' : 'needs'} a principal`);
    }
    try {
      const hasVariables = Version === '2012-10-17';
      return { ...compileStatement(statement, hasVariables), name: `${name} of ${policyName}` };
    } catch (cause) {
      throw new Error(`${name}: ${(cause as Error).message}`, { cause });
    }
  });
}

function compileStatement(source: Statement, hasVariables: boolean): Omit<CompiledStatement, 'name'> {
  const actions = (source.Action ?? source.NotAction ?? []).map((pattern) =>
    patternMatcher(pattern, { hasVariables: false, ignoresCase: true }),
  );
  const resources = (source.Resource ?? source.NotResource ?? []).map((pattern) =>
    patternMatcher(pattern, { hasVariables, isArn: true }),
  );
  const condition: Condition | undefined = compileConditions(source.Condition, hasVariables);
  const [coversAction, coversResource] = [source.NotAction === undefined, source.NotResource === undefined];
  return {
    effect: source.Effect,
    source,
    coversAction: (action) => matchesAny(actions, action, NO_CONTEXT) === coversAction,
    applies: (resource, context) =>
      matchesAny(resources, resource, context) === coversResource && (condition?.(context) ?? true),
    names: principalMatcher(source),
  };
}

const NO_CONTEXT: RequestContext = { get: () => undefined };

function matchesAny(matchers: readonly Matcher[], text: string, context: RequestContext): boolean {
  return matchers.some((matches) => matches(text, context));
}
