import type { Names } from './names.ts';

/** One action on one resource that a policy allows or denies. */
export interface Right {
  readonly effect: 'allow' | 'deny';
  readonly action: string;
  readonly resource: string;
  /** In words; undefined when the statement has no condition. */
  readonly condition?: string | undefined;
  /** The policy that says so, when it is not one of the role's own. */
  readonly source?: string | undefined;
}

export interface Statement {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: string | Record<string, string | string[]>;
  readonly NotPrincipal?: string | Record<string, string | string[]>;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** The statements of an IAM policy document. */
export function statementsOf(document: unknown): Statement[] {
  const statements = (document as { Statement?: unknown } | undefined)?.Statement;
  return statements === undefined ? [] : ([statements].flat() as Statement[]);
}

/**
 * What a statement says, one right for each pair of action and resource.
 *
 * @param options.owner stands for the resource where a statement of a resource's own policy names none
 * @param options.source see `Right`
 */
export function rightsOf(
  statement: Statement,
  names: Names,
  options: { owner?: string | undefined; source?: string | undefined } = {},
): Right[] {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const { owner, source } = options;
  const actions = NotAction === undefined ? list(Action) : [`every action but ${list(NotAction).join(', ')}`];
  const named = list(Resource).map((resource) => (resource === '*' && owner ? owner : names.short(resource)));
  const others = list(NotResource).map((resource) => names.short(resource));
  const resources = NotResource !== undefined ? [`everything but ${others.join(', ')}`] : named;
  const condition = Condition && conditionText(Condition, names);
  const effect = statement.Effect === 'Deny' ? 'deny' : 'allow';
  return actions.flatMap((action) =>
    (resources.length > 0 ? resources : [owner ?? '*']).map((resource) => ({
      effect,
      action,
      resource,
      ...(condition && { condition }),
      ...(source && { source }),
    })),
  );
}

function conditionText(condition: Readonly<Record<string, Record<string, unknown>>>, names: Names): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => {
        const texts = list(values as string | string[]).map((value) => names.short(String(value)));
        return `${key} ${operator} ${texts.join(' or ')}`;
      }),
    )
    .sort()
    .join(' and ');
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}
