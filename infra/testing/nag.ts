import { Stack, Stage, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type IApplyRule, NagRuleCompliance } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Something that a rule of cdk-nag says against a resource, acknowledged or not. */
export interface Finding {
  /** As an acknowledgement names it, such as `AwsSolutions-IAM5[Resource::*]`. */
  readonly id: string;
  readonly resource: IConstruct;
  readonly description: string;
}

/** `Validations.of(scope).acknowledge({ id, reason })`: it covers the findings of that id on the scope and in it. */
export interface Acknowledgement {
  readonly id: string;
  readonly reason: string;
  readonly scope: IConstruct;
}

export interface Review {
  readonly acknowledgements: readonly Acknowledgement[];
  /** `<id> on <construct path>: <description>`, for each finding that nobody acknowledged, warnings among them. */
  readonly open: readonly string[];
  /** Acknowledgements that no finding needs. */
  readonly stale: readonly string[];
  /** Acknowledgements on a whole stack, stage or app. */
  readonly blanket: readonly string[];
}

/** Collects what cdk-nag would report if nothing were acknowledged. */
class EveryFinding extends AwsSolutionsChecks {
  readonly findings: Finding[] = [];

  protected override applyRule({ rule, ruleSuffixOverride, node, info }: IApplyRule): void {
    const id = `${this.readPackName}-${ruleSuffixOverride ?? rule.name}`;
    const add = (id: string, description: string) => this.findings.push({ id, resource: node, description });
    try {
      const result = rule(node);
      if (Array.isArray(result)) for (const detail of result) add(`${id}[${detail}]`, info);
      else if (result === NagRuleCompliance.NON_COMPLIANT) add(id, info);
    } catch (error) {
      // cdk-nag takes a rule that cannot be decided for one that is broken.
      add(id, `cannot be decided: ${(error as Error).message}`);
    }
  }
}

/**
 * Checks a construct tree by the rules of AwsSolutions.
 *
 * @param app after synthesis, when the CDK has added everything
 */
export function review(app: IConstruct): Review {
  const checks = new EveryFinding(app);
  checks.validateScope(app);
  const { findings } = checks;
  const acknowledgements = app.node.findAll().flatMap(acknowledgementsOn);
  const covers = ({ id, scope }: Acknowledgement, finding: Finding) =>
    id === finding.id && finding.resource.node.scopes.includes(scope);
  return {
    acknowledgements,
    open: findings
      .filter((finding) => !acknowledgements.some((each) => covers(each, finding)))
      .map(({ id, resource, description }) => `${id} on ${resource.node.path}: ${description}`),
    stale: acknowledgements.filter((each) => !findings.some((finding) => covers(each, finding))).map(describe),
    blanket: acknowledgements.filter(({ scope }) => Stack.isStack(scope) || Stage.isStage(scope)).map(describe),
  };
}

/** `<id> on <construct path>`. */
export function describe({ id, scope }: Acknowledgement): string {
  return `${id} on ${scope.node.path}`;
}

function acknowledgementsOn(scope: IConstruct): Acknowledgement[] {
  return scope.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]) => ({ id: id.replace(/^Annotation::/, ''), reason, scope }))
    .filter(({ id }) => id.startsWith('AwsSolutions-'));
}
